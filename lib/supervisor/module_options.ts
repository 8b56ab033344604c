import { join } from "node:path";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import { findImportMap, readImportMapHosts } from "../check/import_map.ts";
import { findNodeModules } from "../function/node_modules.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** How a function's modules are found; `source` is where its source is, if not in its folder. */
export async function findModuleOptions(
  { settings }: Pick<SupervisorContext, "settings">,
  name: string,
  source?: string,
): Promise<ModuleOptions> {
  const { functionsDirectory, allowImport } = settings;
  const [importMap, hosts, nodeModules] = await Promise.all([
    findImportMap(functionsDirectory, name, source),
    readImportMapHosts(functionsDirectory),
    findNodeModules(source ?? join(functionsDirectory, name)),
  ]);
  return { importMap, allowImport: [...allowImport, ...hosts], nodeModules };
}
