import { join } from "node:path";
import { readCommonFile } from "../config/common_file.ts";
import { readContainedTextFile } from "../function/contained_file.ts";
import { parseLenientJson } from "../function/lenient_json.ts";
import { urlHost } from "./url_host.ts";

const IMPORT_MAP = "import_map.json";

/**
 * Returns the path of a function's import map, or `undefined` when Deno should find its own: the
 * function's `import_map.json`, otherwise that of the functions directory unless the function's
 * `deno.json` maps imports.
 *
 * @throws {ConfigError} when a file can't be read, or is too large to parse
 */
export async function findImportMap(
  functionsDirectory: string,
  name: string,
  /** Real path of the source, if the function's folder is not used. */
  source: string = join(functionsDirectory, name),
): Promise<string | undefined> {
  const own = await readContainedTextFile(source, join(source, IMPORT_MAP));
  if (own !== undefined) return join(functionsDirectory, name, IMPORT_MAP);
  for (const file of ["deno.json", "deno.jsonc"]) {
    const path = join(source, file);
    const text = await readContainedTextFile(source, path);
    const config = parseLenientJson({ path, text });
    if (typeof config !== "object" || config === null) continue;
    if ("imports" in config || "importMap" in config) return undefined;
  }
  const common = join(functionsDirectory, IMPORT_MAP);
  return await readCommonFile(functionsDirectory, IMPORT_MAP) === undefined ? undefined : common;
}

/**
 * Returns the hosts, as `host:port`, in the functions directory's import map. The operator wrote
 * it, so imports from these hosts are allowed.
 */
export async function readImportMapHosts(functionsDirectory: string): Promise<string[]> {
  const path = join(functionsDirectory, IMPORT_MAP);
  const map = parseLenientJson({
    path,
    text: await readCommonFile(functionsDirectory, IMPORT_MAP),
    isTrusted: true,
  });
  if (typeof map !== "object" || map === null) return [];
  const { imports, scopes } = map as { imports?: unknown; scopes?: unknown };
  const targets = [imports, ...Object.values(scopes ?? {})]
    .flatMap((mapping) => Object.values(mapping ?? {}));
  return [...new Set(targets.map(hostOf).filter((host) => host !== undefined))];
}

function hostOf(target: unknown): string | undefined {
  if (
    typeof target !== "string" || !/^https?:\/\//.test(target) ||
    !URL.canParse(target)
  ) {
    return undefined;
  }
  return urlHost(target);
}
