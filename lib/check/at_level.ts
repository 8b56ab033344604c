import type { CheckLevel } from "../config/check_level.ts";
import type { CheckResult } from "./check.ts";

const REMEDY = 'To start in spite of type errors, set "check": "graph" in its ddsrv.json';

/**
 * Applies the level of a check to its result. At `none`, errors become a warning, except that the
 * check did not finish. Type errors get a last line that says how to start without a type check.
 *
 * @example
 * ```ts
 * import { atLevel } from "./at_level.ts";
 * atLevel({ diagnostics: "error: …", modules: [] }, "none").warning; // "error: …"
 * ```
 */
export function atLevel(result: CheckResult, level: CheckLevel): CheckResult {
  const { diagnostics, exhausted, isPassing, isTypesOnly } = result;
  if (diagnostics === undefined || exhausted !== undefined) return result;
  if (level === "none") return { ...result, diagnostics: undefined, warning: diagnostics };
  if (!isTypesOnly || isPassing) return result;
  return { ...result, diagnostics: `${diagnostics}\n\n${REMEDY}` };
}
