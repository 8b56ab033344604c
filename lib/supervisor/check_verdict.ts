import type { CheckResult } from "../check/check.ts";
import type { Failure } from "./state.ts";

/** Why a check keeps a function from being started. */
export type CheckProblem = Pick<Failure, "reason" | "detail" | "isPassing" | "maxRetries">;

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
): CheckProblem | undefined {
  if (diagnostics === undefined) return undefined;
  const detail = diagnostics;
  switch (exhausted) {
    case undefined: {
      const reason = isPassing ? "The check could not be completed" : "The check failed";
      return { reason, detail, isPassing };
    }
    case "time":
      return { reason: "The check did not end in time", detail, isPassing: true };
    case "killed":
      return { reason: "The check was killed", detail, isPassing: true };
    case "cpu":
      return costly("The check used up its processor time", detail);
    case "memory":
      return costly("The check ran out of memory", detail);
    default:
      return exhausted satisfies never;
  }
}

function costly(reason: string, detail: string): CheckProblem {
  return { reason, detail, isPassing: true, maxRetries: MAX_COSTLY_RETRIES };
}
