import type { WatchRule } from "../function/watched_files.ts";
import type { SourcePolicy } from "./open_instance.ts";

/**
 * Returns the rule of the files that a function's manifest watches, its predeploy script included;
 * `undefined` if there are none.
 */
export function watchRuleOf(
  { watchFiles, predeploy, writable }: SourcePolicy,
): WatchRule | undefined {
  const patterns = predeploy === undefined ? watchFiles : [...watchFiles, predeploy];
  if (patterns.length === 0) return undefined;
  return { patterns, except: writable.map((name) => name.replace(/\/$/, "")) };
}
