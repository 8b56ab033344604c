/** Second line of each launcher begins with this; it identifies launchers that ddsrv created. */
const MARK = "# Made by ddsrv's set-up";

/** A checkout and the Deno that runs it. */
export interface LauncherTarget {
  /** Path of the Deno executable. */
  readonly execPath: string;
  /** Path of the checkout's main module. */
  readonly main: string;
}

/** Result of {@linkcode planLauncher}. */
export type LauncherPlan =
  | { readonly type: "keep" }
  /** The user asked to replace a command that ddsrv did not create. */
  | { readonly type: "refuse" }
  /** `path` is a command that ddsrv did not create; it stays what `ddsrv` runs. */
  | { readonly type: "foreign"; readonly path: string }
  /** `main` belongs to another checkout; `undefined` if it can't be read from the launcher. */
  | { readonly type: "leave"; readonly main: string | undefined }
  | { readonly type: "write"; readonly replaced: string | undefined };

/** Input of {@linkcode planLauncher}. */
export interface LauncherFacts {
  /** Text of the installed launcher, empty for a link; `undefined` if there is none. */
  readonly present: string | undefined;
  /** Path of the launcher. */
  readonly path: string;
  /** Path of another `ddsrv` on the PATH, such as npm's; `undefined` if there is none. */
  readonly elsewhere: string | undefined;
  readonly target: LauncherTarget;
  /** The checkout that the installed launcher runs still exists. */
  readonly isAlive: boolean;
  /** The user asked to replace the launcher. */
  readonly isWanted: boolean;
}

/** Returns a shell script that runs the checkout with exec, so that signals reach Deno. */
export function launcherScript({ execPath, main }: LauncherTarget): string {
  return `#!/bin/sh\n${MARK}; runs the checkout that it was made from.\n` +
    `exec ${quote(execPath)} run --quiet --allow-all ${quote(main)} "$@"\n`;
}

/**
 * Returns the path of the main module that a launcher runs; `undefined` if ddsrv did not create the
 * script, or it was changed.
 *
 * @example
 * ```ts
 * import { launcherScript, mainOf } from "./launcher.ts";
 * mainOf(launcherScript({ execPath: "/bin/deno", main: "/src/it's/main.ts" })); // "/src/it's/main.ts"
 * ```
 */
export function mainOf(script: string): string | undefined {
  const quoted = /^exec .* run --quiet --allow-all '(.*)' "\$@"$/ms.exec(script)?.[1];
  return script.includes(MARK) ? quoted?.replaceAll("'\\''", "'") : undefined;
}

/**
 * Decides what to do with the installed launcher. One that runs another existing checkout stays
 * unless the user asked to replace it, and so does a command that something else installed.
 */
export function planLauncher(facts: LauncherFacts): LauncherPlan {
  const { present, path, elsewhere, target, isAlive, isWanted } = facts;
  if (present === undefined) {
    // The launcher's directory comes first on most PATHs, so it would hide the other command.
    return elsewhere === undefined || isWanted
      ? { type: "write", replaced: elsewhere }
      : { type: "foreign", path: elsewhere };
  }
  if (present === launcherScript(target)) return { type: "keep" };
  if (!present.includes(MARK)) return isWanted ? { type: "refuse" } : { type: "foreign", path };
  const main = mainOf(present);
  if (main === target.main) return { type: "write", replaced: undefined };
  const isLeft = !isWanted && (main === undefined || isAlive);
  return isLeft ? { type: "leave", main } : { type: "write", replaced: main };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
