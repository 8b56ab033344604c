import { basename, dirname, join } from "node:path";
import { isModuleName, isStaticEntry } from "../../lib/config/entry_names.ts";
import { levelFor } from "../../lib/config/check_level.ts";
import { ConfigError } from "../../lib/config/json_file.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { findEntry } from "../../lib/function/find_entry.ts";
import { findOwnLock } from "../../lib/check/own_lock.ts";
import { settingsFor } from "../../lib/config/settings_for.ts";
import { configurationFiles, ENTRY_FILE, SECRET_FILES } from "../../lib/function/layout.ts";
import { readFunctionPolicy } from "../../lib/function/manifest.ts";
import { judgeName } from "../../lib/config/function_name.ts";
import { findDependencies } from "../../lib/function/find_dependencies.ts";
import { unreadableReason } from "../../lib/function/readability.ts";
import { findImportMap, readImportMapHosts } from "../../lib/check/import_map.ts";
import { adviseOn, withAdvice } from "../../lib/supervisor/advice.ts";
import { openDenos } from "../../lib/sandbox/denos.ts";
import type { StandaloneChecks } from "./check/open_checks.ts";
import { findSpecialFile } from "./check/special_file.ts";
import { visibleVariables } from "../../lib/sandbox/permission_flags.ts";
import { UntrustedPathError } from "../../lib/system/trusted_path.ts";

/** Options of {@linkcode checkPath}. */
export interface CheckPathOptions {
  /** Keep the colors of Deno's diagnostics. */
  readonly isColoured: boolean;
  /** Loads the settings of a functions directory. */
  readonly loadSettings: (functionsDirectory: string) => Promise<Settings>;
  /** Opens the sandboxes of checks, once per functions directory. */
  readonly openChecks: (settings: Settings) => Promise<StandaloneChecks>;
  readonly signal: AbortSignal;
}

/** Result of checking one path. */
export type PathVerdict =
  /** `serve` would start it, in spite of the errors of a warning. */
  | { readonly type: "passed"; readonly warning?: string }
  /** `serve` ignores it; the reason continues "skipped: …". */
  | { readonly type: "skipped"; readonly reason: string }
  | { readonly type: "failed"; readonly problem: string };

/**
 * Checks a path as `serve` would: a directory or its entry as a function, any other module by a type
 * check alone.
 */
export async function checkPath(path: string, options: CheckPathOptions): Promise<PathVerdict> {
  const file = await Deno.stat(path).catch(() => undefined);
  if (file === undefined) {
    return failed(
      `"${path}" does not exist or can't be read. Name a function's directory or a .ts file`,
    );
  }
  try {
    if (file.isDirectory) return await checkFunction(path, options);
    const [directory, name] = [dirname(path), basename(path)];
    if (!file.isFile || !isModuleName(name) && name !== "index.html") {
      return failed(`"${path}" is not a module. Name a function's directory or a .ts file`);
    }
    return await isEntry(directory, { ...options, name })
      ? await checkFunction(directory, options)
      : await checkCode(directory, { ...options, entry: name });
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UntrustedPathError) {
      return failed(error.message);
    }
    throw error;
  }
}

/** Returns true for the entry of a directory that can be a function. */
async function isEntry(
  directory: string,
  { name, loadSettings }: CheckPathOptions & { readonly name: string },
): Promise<boolean> {
  if (name === ENTRY_FILE || isStaticEntry(name)) return true;
  if (judgeName(basename(directory)).type !== "function") return false;
  const { entries } = await loadSettings(dirname(directory));
  const choice = await findEntry(directory, entries);
  return choice.type === "found" && choice.entry === name;
}

async function checkFunction(directory: string, options: CheckPathOptions): Promise<PathVerdict> {
  const name = basename(directory);
  const verdict = judgeName(name);
  if (verdict.type === "reserved") {
    return { type: "skipped", reason: `serve ignores names that begin with ${name[0]}` };
  }
  if (verdict.type === "refused") {
    return failed(
      `"${name}" can't be a function's name: ${verdict.reason}. Rename the directory`,
    );
  }
  const { entries } = await options.loadSettings(dirname(directory));
  const choice = await findEntry(directory, entries);
  if (choice.type === "wrong") return failed(choice.problem);
  if (choice.type === "none") {
    await refuseOddEntry(directory, entries);
    return { type: "skipped", reason: `serve ignores it because ${choice.reason}` };
  }
  const special = await findSpecialFile(directory);
  if (special !== undefined) {
    return failed(
      `"${special}" is a pipe, a socket or a device. Remove it from the function's folder`,
    );
  }
  return await checkCode(directory, { ...options, entry: choice.entry });
}

/**
 * Explains why a folder with one of the entries has none.
 *
 * @throws {ConfigError} if the entry is a broken link, is not a file or can't be read
 */
async function refuseOddEntry(directory: string, entries: readonly string[]): Promise<void> {
  for (const path of entries.map((entry) => join(directory, entry))) {
    try {
      await Deno.lstat(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw new ConfigError(`Cannot read "${path}": ${(error as Error).message}`);
    }
    const entry = await Deno.stat(path).catch(() => undefined);
    if (entry?.isFile) continue;
    throw new ConfigError(
      `"${path}" is not a file, so serve ignores the folder. Replace it with a file`,
    );
  }
}

async function checkCode(
  directory: string,
  { openChecks, isColoured, entry, loadSettings, signal }: CheckPathOptions & {
    /** Path relative to the directory. */
    readonly entry: string;
  },
): Promise<PathVerdict> {
  const functionsDirectory = dirname(directory);
  const settings = await loadSettings(functionsDirectory);
  // The operator's variables belong to the served functions, not to a check.
  const own = {
    ...settingsFor(settings, basename(directory)),
    envFile: undefined,
    env: {},
    grantedEnv: {},
    grantedEnvFiles: [],
  };
  const { envFiles, policy } = await readFunctionPolicy(directory, own);
  const source = { directory, entry, envFiles };
  const unreadable = await unreadableReason(directory, sourceOf({ ...source, modules: [] }));
  if (unreadable !== undefined) return failed(unreadable);
  if (isStaticEntry(entry)) return { type: "passed" };
  const denoOf = await openDenos(settings);
  const deno = await denoOf(policy.denoVersion);
  const checks = await openChecks(settings);
  const ownLock = await findOwnLock(functionsDirectory, basename(directory));
  const { diagnostics, warning, modules } = await checks.run({
    name: basename(directory),
    directory,
    level: levelFor(entry, policy.check),
    moduleOptions: {
      entry,
      importMap: await findImportMap(functionsDirectory, basename(directory)),
      allowImport: await allowedHosts(settings),
      ...await findDependencies(functionsDirectory, basename(directory), { ownLock }),
      ownLock,
      deno,
    },
    registries: settings.registries,
    bounds: { cpuTimeMs: settings.checkCpuTimeMs, timeoutMs: settings.checkTimeoutMs },
    variables: visibleVariables(policy.env, policy.permissions.env),
    isColoured,
    signal,
  });
  const problem = diagnostics ??
    await unreadableReason(directory, sourceOf({ ...source, modules }));
  if (problem === undefined) {
    return { type: "passed", ...(warning === undefined ? {} : { warning }) };
  }
  const advice = adviseOn(problem, { name: basename(directory), directory, stage: "check" });
  return failed(withAdvice(problem, advice));
}

function failed(problem: string): PathVerdict {
  return { type: "failed", problem };
}

/** Returns the files that the function's own user must be able to read. */
function sourceOf(
  { directory, entry, envFiles, modules }: {
    readonly directory: string;
    readonly entry: string;
    readonly envFiles: readonly string[];
    readonly modules: readonly string[];
  },
): string[] {
  const secret = [...SECRET_FILES.map((file) => join(directory, file)), ...envFiles];
  return configurationFiles(dirname(directory), basename(directory), entry).concat(modules)
    .filter((file) => !secret.includes(file));
}

async function allowedHosts(settings: Settings): Promise<string[]> {
  return [...settings.allowImport, ...await readImportMapHosts(settings.functionsDirectory)];
}
