import type { ModuleOptions } from "../sandbox/deno_command.ts";
import { findImportMap, readImportMapHosts } from "../check/import_map.ts";
import type { Workplace } from "./workplace.ts";

/** How a function's modules are found; `source` is where its source is, if not in its folder. */
export async function findModuleOptions(
  { settings }: Pick<Workplace, "settings">,
  name: string,
  source?: string,
): Promise<ModuleOptions> {
  const { functionsDirectory, allowImport } = settings;
  const [importMap, hosts] = await Promise.all([
    findImportMap(functionsDirectory, name, source),
    readImportMapHosts(functionsDirectory),
  ]);
  return { importMap, allowImport: [...allowImport, ...hosts] };
}
