import { basename, dirname, join } from "node:path";
import { ConfigError } from "../../lib/config/json_file.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { configurationFiles, ENTRY_FILE, SECRET_FILES } from "../../lib/function/layout.ts";
import { readFunctionPolicy } from "../../lib/function/manifest.ts";
import { nameProblem } from "../../lib/function/name.ts";
import { findNodeModules } from "../../lib/function/node_modules.ts";
import { unreadableReason } from "../../lib/function/readability.ts";
import { stampTree } from "../../lib/function/tree_activity.ts";
import { findImportMap, readImportMapHosts } from "../../lib/check/import_map.ts";
import type { StandaloneChecks } from "../../lib/isolation/standalone_checks.ts";
import { visibleVariables } from "../../lib/sandbox/permission_flags.ts";
import { UntrustedPathError } from "../../lib/system/trusted_path.ts";

/** How {@linkcode checkPath} looks. */
export interface CheckPathOptions {
  /** What Deno says comes in its colours. */
  readonly isColoured: boolean;
  /** The settings that hold in a functions directory. */
  readonly loadSettings: (functionsDirectory: string) => Promise<Settings>;
  /** Opens what checks run in, once for each functions directory. */
  readonly openChecks: (settings: Settings) => Promise<StandaloneChecks>;
  readonly signal: AbortSignal;
}

const CODE_FILE = /\.[cm]?[jt]sx?$/;

/**
 * What `serve` would say against a function, as text, by its directory or its entry; of any other
 * file of code, what its check would say. `undefined` when that is nothing.
 */
export async function checkPath(
  path: string,
  options: CheckPathOptions,
): Promise<string | undefined> {
  const file = await Deno.stat(path).catch(() => undefined);
  if (file === undefined) {
    return `There is no "${path}", or it can't be read. Name a function's directory or a .ts file`;
  }
  try {
    if (file.isDirectory) return await checkFunction(path, options);
    if (basename(path) === ENTRY_FILE) return await checkFunction(dirname(path), options);
    if (!file.isFile || !CODE_FILE.test(path)) {
      return `"${path}" is no code. Name a function's directory or a .ts file`;
    }
    return await checkCode(dirname(path), { ...options, entry: `./${basename(path)}` });
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UntrustedPathError) return error.message;
    throw error;
  }
}

async function checkFunction(
  directory: string,
  options: CheckPathOptions,
): Promise<string | undefined> {
  const reason = nameProblem(basename(directory));
  if (reason !== undefined) {
    return `"${basename(directory)}" can't be a function's name: ${reason}. Rename the directory`;
  }
  const entry = await Deno.stat(join(directory, ENTRY_FILE)).catch(() => undefined);
  if (!entry?.isFile) return `"${directory}" has no ${ENTRY_FILE}, so that serve ignores it`;
  const { special } = await stampTree(directory);
  if (special !== undefined) {
    return `"${special}" is a pipe, a socket or a device. Take it out of the function's folder`;
  }
  return await checkCode(directory, options);
}

async function checkCode(
  directory: string,
  { openChecks, isColoured, entry, loadSettings, signal }: CheckPathOptions & {
    readonly entry?: string;
  },
): Promise<string | undefined> {
  const functionsDirectory = dirname(directory);
  const settings = await loadSettings(functionsDirectory);
  // Variables of the operator's own are for what is served.
  const own = { ...settings, envFile: undefined, env: {} };
  const { envFiles, policy } = await readFunctionPolicy(directory, own);
  const source = { directory, envFiles };
  const unreadable = await unreadableReason(directory, sourceOf({ ...source, modules: [] }));
  if (unreadable !== undefined) return unreadable;
  const checks = await openChecks(settings);
  const { diagnostics, modules } = await checks.run({
    name: basename(directory),
    directory,
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
  return diagnostics ?? await unreadableReason(directory, sourceOf({ ...source, modules }));
}

/** The files that the function's own user must be able to read. */
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
