import { basename, dirname, join } from "node:path";
import { levelFor } from "../../lib/config/check_level.ts";
import { ConfigError } from "../../lib/config/json_file.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { settingsFor } from "../../lib/config/settings_for.ts";
import { configurationFiles, ENTRY_FILE, SECRET_FILES } from "../../lib/function/layout.ts";
import { readFunctionPolicy } from "../../lib/function/manifest.ts";
import { judgeName } from "../../lib/config/function_name.ts";
import { findNodeModules } from "../../lib/function/node_modules.ts";
import { unreadableReason } from "../../lib/function/readability.ts";
import { stampTree } from "../../lib/function/tree_activity.ts";
import { findImportMap, readImportMapHosts } from "../../lib/check/import_map.ts";
import type { StandaloneChecks } from "../../lib/isolation/standalone_checks.ts";
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

const CODE_FILE = /\.[cm]?[jt]sx?$/;

/**
 * Checks a path as `serve` would: a directory or its `index.ts` as a function, any other module by
 * a type check alone.
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
    if (basename(path) === ENTRY_FILE) return await checkFunction(dirname(path), options);
    if (!file.isFile || !CODE_FILE.test(path)) {
      return failed(`"${path}" is not a module. Name a function's directory or a .ts file`);
    }
    return await checkCode(dirname(path), { ...options, entry: `./${basename(path)}` });
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UntrustedPathError) {
      return failed(error.message);
    }
    throw error;
  }
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
  if (!await hasEntry(directory)) {
    return { type: "skipped", reason: `serve ignores it because it has no ${ENTRY_FILE}` };
  }
  const { special } = await stampTree(directory);
  if (special !== undefined) {
    return failed(
      `"${special}" is a pipe, a socket or a device. Remove it from the function's folder`,
    );
  }
  return await checkCode(directory, options);
}

/**
 * Returns true if the folder has an entry, false if `index.ts` does not exist.
 *
 * @throws {ConfigError} if `index.ts` is a broken link, is not a file or can't be read
 */
async function hasEntry(directory: string): Promise<boolean> {
  const path = join(directory, ENTRY_FILE);
  try {
    await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new ConfigError(`Cannot read "${path}": ${(error as Error).message}`);
  }
  const entry = await Deno.stat(path).catch(() => undefined);
  if (entry?.isFile) return true;
  throw new ConfigError(
    `"${path}" is not a file, so serve ignores the folder. Replace it with a file`,
  );
}

async function checkCode(
  directory: string,
  { openChecks, isColoured, entry, loadSettings, signal }: CheckPathOptions & {
    readonly entry?: string;
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
  const source = { directory, envFiles };
  const unreadable = await unreadableReason(directory, sourceOf({ ...source, modules: [] }));
  if (unreadable !== undefined) return failed(unreadable);
  const checks = await openChecks(settings);
  const { diagnostics, warning, modules } = await checks.run({
    name: basename(directory),
    directory,
    level: levelFor(entry ?? ENTRY_FILE, policy.check),
    moduleOptions: {
      importMap: await findImportMap(functionsDirectory, basename(directory)),
      allowImport: await allowedHosts(settings),
      nodeModules: await findNodeModules(directory),
    },
    registries: settings.registries,
    bounds: { cpuTimeMs: settings.checkCpuTimeMs, timeoutMs: settings.checkTimeoutMs },
    variables: visibleVariables(policy.env, policy.permissions.env),
    isColoured,
    signal,
    ...(entry === undefined ? {} : { entry }),
  });
  const problem = diagnostics ??
    await unreadableReason(directory, sourceOf({ ...source, modules }));
  if (problem !== undefined) return failed(problem);
  return { type: "passed", ...(warning === undefined ? {} : { warning }) };
}

function failed(problem: string): PathVerdict {
  return { type: "failed", problem };
}

/** Returns the files that the function's own user must be able to read. */
function sourceOf(
  { directory, envFiles, modules }: {
    readonly directory: string;
    readonly envFiles: readonly string[];
    readonly modules: readonly string[];
  },
): string[] {
  const secret = [...SECRET_FILES.map((file) => join(directory, file)), ...envFiles];
  return configurationFiles(dirname(directory), basename(directory)).concat(modules)
    .filter((file) => !secret.includes(file));
}

async function allowedHosts(settings: Settings): Promise<string[]> {
  return [...settings.allowImport, ...await readImportMapHosts(settings.functionsDirectory)];
}
