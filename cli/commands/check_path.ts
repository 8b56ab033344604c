import { basename, dirname, join } from "node:path";
import { ConfigError } from "../../lib/config/json_file.ts";
import { loadSettings, SETTINGS_FILE } from "../../lib/config/load_settings.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { configurationFiles, ENTRY_FILE, ENV_FILE } from "../../lib/function/layout.ts";
import { readFunctionPolicy } from "../../lib/function/manifest.ts";
import { nameProblem } from "../../lib/function/name.ts";
import { findNodeModules } from "../../lib/function/node_modules.ts";
import { unreadableReason } from "../../lib/function/readability.ts";
import { stampTree } from "../../lib/function/tree_activity.ts";
import { parseModules } from "../../lib/check/check.ts";
import { checkDirectly, type DirectCheckResult } from "../../lib/check/check_directly.ts";
import { findImportMap, readImportMapHosts } from "../../lib/check/import_map.ts";
import { findStrayImports } from "../../lib/check/stray_imports.ts";

/** How {@linkcode checkPath} looks. */
export interface CheckPathOptions {
  /** What Deno says comes in its colours. */
  readonly isColoured: boolean;
  readonly environment: Readonly<Record<string, string>>;
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
    if (error instanceof ConfigError) return error.message;
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
  { environment, isColoured, entry }: CheckPathOptions & { readonly entry?: string },
): Promise<string | undefined> {
  const functionsDirectory = dirname(directory);
  const { settings } = await loadSettings({ functionsDirectory }, environment);
  const { envFiles } = await readFunctionPolicy(directory, settings);
  const result = await checkDirectly({
    directory,
    functionsDirectory,
    importMap: await findImportMap(functionsDirectory, basename(directory)),
    allowImport: await allowedHosts(settings),
    nodeModules: await findNodeModules(directory),
    checkTypes: settings.checkCode,
    isColoured,
    signal: new AbortController().signal,
    ...(entry === undefined ? {} : { entry }),
  });
  return result.diagnostics ?? await strayImports(directory, result) ??
    await unreadableReason(directory, sourceOf({ directory, envFiles, ...result }));
}

/** Manifest and env files are read by the supervisor alone, and may well be secret. */
function sourceOf(
  { directory, envFiles, graph }: DirectCheckResult & {
    readonly directory: string;
    readonly envFiles: readonly string[];
  },
): string[] {
  const functionsDirectory = dirname(directory);
  const secret = [join(directory, SETTINGS_FILE), join(directory, ENV_FILE), ...envFiles];
  return configurationFiles(functionsDirectory, basename(directory))
    .concat(parseModules(graph, functionsDirectory) ?? [])
    .filter((file) => !secret.includes(file));
}

async function strayImports(
  directory: string,
  { graph }: DirectCheckResult,
): Promise<string | undefined> {
  const directories = [directory, await Deno.realPath(directory)];
  const stray = findStrayImports(graph, { functionsDirectory: dirname(directory), directories });
  const lines = stray.map(({ file, line, column, message }) =>
    `${file}:${line}:${column} ${message}`
  );
  return lines.length === 0 ? undefined : lines.join("\n");
}

async function allowedHosts(settings: Settings): Promise<string[]> {
  return [...settings.allowImport, ...await readImportMapHosts(settings.functionsDirectory)];
}
