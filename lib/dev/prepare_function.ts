import { join, relative } from "node:path";
import { type CheckLevel, levelFor } from "../config/check_level.ts";
import { isStaticEntry } from "../config/entry_names.ts";
import { ConfigError } from "../config/json_file.ts";
import type { Settings } from "../config/settings.ts";
import { settingsFor } from "../config/settings_for.ts";
import { findImportMap, readImportMapHosts } from "../check/import_map.ts";
import { findOwnLock } from "../check/own_lock.ts";
import { findDependencies } from "../function/find_dependencies.ts";
import { findEntry } from "../function/find_entry.ts";
import { readFunctionPolicy } from "../function/manifest.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import type { DenoOf } from "../sandbox/denos.ts";

/** One state of a function's folder, as a server would read it. */
export interface PreparedFunction {
  readonly name: string;
  readonly directory: string;
  readonly isStatic: boolean;
  readonly policy: FunctionPolicy;
  readonly level: CheckLevel;
  readonly moduleOptions: ModuleOptions;
  /** Paths of its env files besides `.env`, relative to its folder. */
  readonly envFiles: readonly string[];
  /** Lines of its env files that count for nothing. */
  readonly warnings: readonly string[];
}

/** Options of {@linkcode prepareFunction}. */
export interface PrepareOptions {
  readonly settings: Settings;
  readonly denoOf: DenoOf;
}

/**
 * Reads a function's entry, manifest, env files and configuration.
 *
 * @throws {ConfigError} if one of them is not valid, or if there is no entry any more
 */
export async function prepareFunction(
  name: string,
  { settings, denoOf }: PrepareOptions,
): Promise<PreparedFunction> {
  const { functionsDirectory } = settings;
  const directory = join(functionsDirectory, name);
  const choice = await findEntry(directory, settings.entries);
  if (choice.type === "wrong") throw new ConfigError(choice.problem);
  if (choice.type === "none") throw new ConfigError(`It is no function: ${choice.reason}`);
  const { entry } = choice;
  const read = await readFunctionPolicy(directory, settingsFor(settings, name));
  const ownLock = await findOwnLock(functionsDirectory, name);
  const [importMap, hosts, dependencies, deno] = await Promise.all([
    findImportMap(functionsDirectory, name),
    readImportMapHosts(functionsDirectory),
    findDependencies(functionsDirectory, name, { ownLock }),
    denoOf(read.policy.denoVersion),
  ]);
  return {
    name,
    directory,
    isStatic: isStaticEntry(entry),
    policy: read.policy,
    level: isStaticEntry(entry) ? "none" : levelFor(entry, read.policy.check),
    moduleOptions: {
      entry,
      importMap,
      allowImport: [...settings.allowImport, ...hosts],
      ...dependencies,
      // Deno would write missing modules into the folder.
      isVendored: false,
      ownLock,
      deno,
    },
    envFiles: read.envFiles.map((file) => relative(directory, file))
      .filter((file) => !file.startsWith("..")),
    warnings: read.warnings,
  };
}
