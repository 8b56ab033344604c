/** The first words of each launcher's second line, by which one is known to be ours. */
const MARK = "# Made by ddsrv's set-up";

/** The checkout that a launcher runs. */
export interface LauncherTarget {
  /** A Deno. */
  readonly execPath: string;
  /** The main module of a checkout. */
  readonly main: string;
}

/** The next state of the installed launcher. */
export type LauncherPlan =
  | { readonly type: "keep" }
  | { readonly type: "refuse" }
  /** `main` is another checkout's, or `undefined` where the launcher can't be read. */
  | { readonly type: "leave"; readonly main: string | undefined }
  | { readonly type: "write"; readonly replaced: string | undefined };

/** Input of {@linkcode planLauncher}. */
export interface LauncherFacts {
  /** The text of the launcher that is there. */
  readonly present: string | undefined;
  readonly target: LauncherTarget;
  /** Whether the checkout that it runs is still there. */
  readonly isAlive: boolean;
  /** Whether the user has asked for this checkout. */
  readonly isWanted: boolean;
}

/** A shell script that becomes this Deno with this checkout. */
export function launcherScript({ execPath, main }: LauncherTarget): string {
  return `#!/bin/sh\n${MARK}; runs the checkout that it was made from.\n` +
    `exec ${quote(execPath)} run --quiet --allow-all ${quote(main)} "$@"\n`;
}

/**
 * The main module that a launcher runs; `undefined` when it is none of ours, or was changed.
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
 * Decides what becomes of the launcher: one that runs another checkout, which is still there, is
 * left alone unless the user asks for this one.
 */
export function planLauncher({ present, target, isAlive, isWanted }: LauncherFacts): LauncherPlan {
  if (present === undefined) return { type: "write", replaced: undefined };
  if (present === launcherScript(target)) return { type: "keep" };
  if (!present.includes(MARK)) return { type: "refuse" };
  const main = mainOf(present);
  if (main === target.main) return { type: "write", replaced: undefined };
  const isLeft = !isWanted && (main === undefined || isAlive);
  return isLeft ? { type: "leave", main } : { type: "write", replaced: main };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
