import type { CheckResult } from "../check/check.ts";
import type { Failure } from "./state.ts";

/** A check that used up its memory or processor time is repeated so often, in case the host was busy. */
const MAX_COSTLY_RETRIES = 2;

/**
 * Who can mend a failed check: the author, or time. Gives `undefined` for one that passed.
 *
 * @example
 * ```ts
 * import { judgeCheck } from "./check_verdict.ts";
 * judgeCheck({ diagnostics: "error: …", modules: [], isPassing: true })?.isPassing; // true
 * ```
 */
export function judgeCheck(
  { diagnostics, exhausted, isPassing = false }: CheckResult,
): Pick<Failure, "reason" | "detail" | "isPassing" | "maxRetries"> | undefined {
  if (diagnostics === undefined) return undefined;
  const detail = diagnostics;
  switch (exhausted) {
    case undefined: {
      const reason = isPassing ? "The check could not be completed" : "The check failed";
      return { reason, detail, isPassing };
    }
    case "time":
      return { reason: "The check did not end in time", detail, isPassing: true };
    default: {
      const reason = "The check reached its limit";
      return { reason, detail, isPassing: true, maxRetries: MAX_COSTLY_RETRIES };
    }
  }
}
