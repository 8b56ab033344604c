import type { Modules } from "../function/revision.ts";
import { usesTaskWords } from "../function/task_words.ts";
import type { InstanceOptions } from "./open_instance.ts";

/**
 * Returns true if a function that may be idle starts without a request: this revision stays awake,
 * or it has not run yet and its modules name tasks.
 */
export async function startsUnasked(
  { name, directory, context }: Pick<InstanceOptions, "name" | "directory" | "context">,
  { revision, modules }: { readonly revision: string; readonly modules: Modules },
): Promise<boolean> {
  const { functionsDirectory } = context.settings;
  const known = context.keptStays.find(name, revision);
  if (known !== undefined) return known;
  const isNamed = await usesTaskWords({ functionsDirectory, directory, modules: modules.paths });
  // So that the next start of ddsrv needs to read nothing.
  if (!isNamed) context.keptStays.record(name, revision, false);
  return isNamed;
}
