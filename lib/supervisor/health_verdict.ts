import type { AskedStatus } from "./ask_status.ts";
import { ANSWER_MS, isHealthy } from "./health.ts";

/** Failures in a row after which ddsrv replaces an instance. */
export const HEALTH_FAILURES = 3;

/** An instance's last answers for its health path that were failures, in a row; none: it is well. */
export type HealthFailures = readonly AskedStatus[];

/** The failures in a row after one more answer; what could not be asked counts neither way. */
export function countHealth(failures: HealthFailures, asked: AskedStatus): HealthFailures {
  if (asked.type === "unasked") return failures;
  return isHealthy(asked) ? [] : [...failures, asked].slice(-HEALTH_FAILURES);
}

/**
 * Why an instance is replaced, as one sentence; `undefined` while its failures are too few.
 *
 * @example
 * ```ts
 * import { healthVerdict } from "./health_verdict.ts";
 * const asked = { type: "status", status: 503 } as const;
 * healthVerdict([asked, asked, asked], "/h"); // "It answered /h with 503 three times in a row"
 * ```
 */
export function healthVerdict(failures: HealthFailures, path: string): string | undefined {
  if (failures.length < HEALTH_FAILURES) return undefined;
  const [first, ...others] = failures.map(describe);
  if (others.some((one) => one !== first)) {
    return `It was not healthy three times in a row: GET ${path}: ${
      failures.map(brief).join("; ")
    }`;
  }
  switch (failures[0]!.type) {
    case "late":
      return `It did not answer ${path} three times in a row, ${ANSWER_MS / 1_000} s each`;
    case "status":
      return `It answered ${path} with ${first} three times in a row`;
    default:
      return `It could not be asked for ${path} three times in a row: ${first}`;
  }
}

function describe(asked: AskedStatus): string {
  return asked.type === "status" ? String(asked.status) : asked.reason;
}

function brief(asked: AskedStatus): string {
  return asked.type === "status" ? `it answered ${asked.status}` : asked.reason;
}
