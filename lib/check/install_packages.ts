import { createHash } from "node:crypto";
import { relative } from "node:path";
import type { BoundedOutput } from "../process/bounded_output.ts";
import type { InstallPlan } from "../function/find_dependencies.ts";
import { installCommands, type ResolveOptions } from "../sandbox/deno_command.ts";
import type { CheckPlace } from "./check_place.ts";

/** Installed packages of one function: each set of packages has a directory, under a key. */
export interface PackagesPlace {
  /** Returns true if a set is complete, and keeps it for longer. */
  readonly has: (key: string) => Promise<boolean>;
  /** Opens a new set; disposing of it removes it if it was not kept. */
  readonly open: (plan: InstallPlan) => Promise<NewPackages>;
}

/** A set of packages that the commands of a check install. */
export interface NewPackages extends AsyncDisposable {
  /** Returns the launch chain in which the folder has a writable `node_modules`. */
  readonly around: CheckPlace["around"];
  /** Completes the set. Nothing can write to it afterwards. */
  readonly keep: (key: string) => Promise<void>;
}

/** Options of {@linkcode installPackages}. */
export interface InstallOptions {
  readonly plan: InstallPlan;
  readonly packages: PackagesPlace;
  /** Text of the lock file; `undefined` when the code needs none. */
  readonly lockText: string | undefined;
  /** Options of the commands; the lock file must be complete. */
  readonly commands: ResolveOptions;
  /** Path at which the check sees the function's directory. */
  readonly directory: string;
  /** Absolute paths of workers. */
  readonly workers: readonly string[];
  readonly deno: string;
  /** Runs a command of the check in a launch chain. */
  readonly execute: (command: string[], around: CheckPlace["around"]) => Promise<BoundedOutput>;
}

/** The key of the installed packages, or the output of the command that failed. */
export type Installed =
  | { readonly type: "installed"; readonly key: string }
  | { readonly type: "failed"; readonly output: BoundedOutput };

/**
 * Installs the packages of a function, unless a check has installed the same before. The lock file
 * decides the versions. Install scripts never run.
 */
export async function installPackages(options: InstallOptions): Promise<Installed> {
  const { plan, packages, lockText, commands, directory, execute } = options;
  const key = packagesKey(plan, { lockText, denoVersion: commands.deno?.version });
  if (await packages.has(key)) return { type: "installed", key };
  await using made = await packages.open(plan);
  const workers = options.workers.map((worker) => relative(directory, worker));
  for (const command of installCommands({ ...commands, workers }, options.deno)) {
    const output = await execute(command, made.around);
    if (!output.success) return { type: "failed", output };
  }
  await made.keep(key);
  return { type: "installed", key };
}

/**
 * Returns the key of a set of packages: a SHA-256 over all that decides its content, as 64
 * hexadecimal digits.
 */
export function packagesKey(
  { places, digest }: InstallPlan,
  { lockText, denoVersion = Deno.version.deno }: {
    readonly lockText: string | undefined;
    readonly denoVersion?: string | undefined;
  },
): string {
  const parts = [places, digest, lockText ?? "", denoVersion];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
