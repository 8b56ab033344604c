import { checkFunction, type CheckResult } from "../check/check.ts";
import { directPlace } from "../check/check_place.ts";
import type { Settings } from "../config/settings.ts";
import type { SourceCheck } from "./isolation.ts";

/**
 * A check with the supervisor's own rights and network, as `deno check` by hand. Nothing keeps the
 * folder's configuration from reading what the supervisor may read, so the folder has to be its own.
 */
export async function checkDirectly(
  settings: Pick<Settings, "functionsDirectory" | "checkCode">,
  options: Omit<SourceCheck, "cacheDirectory"> & { readonly cacheDirectory?: string | undefined },
): Promise<CheckResult> {
  const { directory, moduleOptions, cacheDirectory } = options;
  const problem = await foreignOwner(directory);
  if (problem !== undefined) return { diagnostics: problem, modules: [] };
  return await checkFunction({
    ...options,
    ...moduleOptions,
    functionsDirectory: settings.functionsDirectory,
    realDirectory: await Deno.realPath(directory),
    checkTypes: settings.checkCode,
    place: directPlace({ directory, cacheDirectory }),
  });
}

async function foreignOwner(directory: string): Promise<string | undefined> {
  const { uid } = await Deno.stat(directory);
  if (uid === null || uid === Deno.uid()) return undefined;
  return `"${directory}" belongs to user ${uid}, and this is user ${Deno.uid()}. Without isolation ` +
    "only a folder of your own is checked. Choose --isolation=full or rootless, or make it your own";
}
