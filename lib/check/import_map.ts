import { join } from "node:path";
import { parse } from "jsonc-parser";
import { readCommonFile } from "../config/common_file.ts";
import { refuseVastJson } from "../config/json_file.ts";
import { readContainedTextFile } from "../function/contained_file.ts";
import { urlHost } from "./url_host.ts";

const IMPORT_MAP = "import_map.json";

/**
 * The import map that a function is run with, or `undefined` when Deno is to find its own: the
 * function's `import_map.json`, else that of the functions directory unless the function's
 * `deno.json` maps imports itself.
 *
 * @throws {ConfigError} when one of the files can't be read, or is too large to be parsed
 */
export async function findImportMap(
  functionsDirectory: string,
  name: string,
  /** Where its source is, if that is not in its place. */
  source: string = join(functionsDirectory, name),
): Promise<string | undefined> {
  const own = await readContainedTextFile(source, join(source, IMPORT_MAP));
  if (own !== undefined) return join(functionsDirectory, name, IMPORT_MAP);
  for (const file of ["deno.json", "deno.jsonc"]) {
    const path = join(source, file);
    const text = await readContainedTextFile(source, path);
    const config = parseJson({ path, text });
    if (typeof config !== "object" || config === null) continue;
    if ("imports" in config || "importMap" in config) return undefined;
  }
  const common = join(functionsDirectory, IMPORT_MAP);
  return await readCommonFile(functionsDirectory, IMPORT_MAP) === undefined ? undefined : common;
}

/**
 * The hosts, as `host:port`, that the functions directory's own import map leads to. The operator
 * wrote it, so code may be imported from there.
 */
export async function readImportMapHosts(functionsDirectory: string): Promise<string[]> {
  const path = join(functionsDirectory, IMPORT_MAP);
  const map = parseJson({
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

/** Of JSON that has faults, what can be made of it: Deno names them. */
function parseJson({ path, text, isTrusted = false }: {
  readonly path: string;
  readonly text: string | undefined;
  readonly isTrusted?: boolean;
}): unknown {
  if (text === undefined) return undefined;
  refuseVastJson({ path, text, isTrusted });
  return parse(text);
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
