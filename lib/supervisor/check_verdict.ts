import type { CheckResult } from "../check/check.ts";
import type { Failure } from "./state.ts";

/** The reason why a check prevents a start. */
export type CheckProblem = Pick<Failure, "reason" | "detail" | "isTransient" | "maxRetries">;

/** Retries of a check that used up its memory or processor time: the host may have been busy. */
const MAX_COSTLY_RETRIES = 2;

/**
 * Judges whether a retry may fix a failed check, or only new code. Returns `undefined` if it
 * passed.
 *
 * @example
 * ```ts
 * import { judgeCheck } from "./check_verdict.ts";
 * judgeCheck({ diagnostics: "error: …", modules: [], isPassing: true })?.isTransient; // true
 * ```
 */
export function judgeCheck(
  { diagnostics, exhausted, isPassing: isTransient = false }: CheckResult,
): CheckProblem | undefined {
  if (diagnostics === undefined) return undefined;
  const detail = diagnostics;
  switch (exhausted) {
    case undefined: {
      const reason = isTransient ? "The check could not finish" : "The check failed";
      return { reason, detail, isTransient };
    }
    case "time":
      return { reason: "The check timed out", detail, isTransient: true };
    case "killed":
      return { reason: "The check was killed", detail, isTransient: true };
    case "cpu":
      return costly("The check used up its processor time", detail);
    case "memory":
      return costly("The check ran out of memory", detail);
    default:
      return exhausted satisfies never;
  }
}

function costly(reason: string, detail: string): CheckProblem {
  return { reason, detail, isTransient: true, maxRetries: MAX_COSTLY_RETRIES };
}
