import { unmatchedPatterns } from "../../../lib/config/grants.ts";
import type { Settings } from "../../../lib/config/settings.ts";
import type { Supervisor } from "../../../lib/supervisor/supervisor.ts";

/** Maximum number of entries that a warning names. */
const MAX_NAMED = 5;

/**
 * Returns a warning about entries of `functions` that match no folder; `undefined` if there are
 * none. A name may be misspelled, or its function comes later.
 */
export function describeUnmatched(
  { functions: grants }: Pick<Settings, "functions">,
  { functions, unsettled, ignored }: Pick<Supervisor, "functions" | "unsettled" | "ignored">,
): string | undefined {
  const names = [...functions.keys(), ...unsettled, ...ignored.keys()];
  const patterns = unmatchedPatterns(grants, names);
  if (patterns.length === 0) return undefined;
  const named = patterns.slice(0, MAX_NAMED).map((one) => JSON.stringify(one)).join(", ");
  const more = patterns.length > MAX_NAMED ? ` and ${patterns.length - MAX_NAMED} more` : "";
  return `"functions" in ddsrv.json has entries that match no function: ${named}${more}. ` +
    "Correct the names, or add the functions";
}
