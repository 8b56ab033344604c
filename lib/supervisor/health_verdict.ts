import type { AskedStatus } from "./ask_status.ts";
import { ANSWER_MS, isHealthy } from "./health.ts";

/** Number of failures in a row after which ddsrv replaces an instance. */
const HEALTH_FAILURES = 3;

/** An instance's last health checks that failed in a row; empty while it is well. */
export type HealthFailures = readonly AskedStatus[];

/** Returns the failures after one more check; ignores a check that the host could not send. */
export function countHealth(failures: HealthFailures, asked: AskedStatus): HealthFailures {
  if (asked.type === "unasked") return failures;
  return isHealthy(asked) ? [] : [...failures, asked].slice(-HEALTH_FAILURES);
}

/**
 * Returns the reason to replace an instance, as one sentence; `undefined` while too few checks
 * failed.
 *
 * @example
 * ```ts
 * import { healthVerdict } from "./health_verdict.ts";
 * const asked = { type: "status", status: 503 } as const;
 * healthVerdict([asked, asked, asked], "/h"); // "Answered GET /h with 503 three times in a row"
 * ```
 */
export function healthVerdict(failures: HealthFailures, path: string): string | undefined {
  if (failures.length < HEALTH_FAILURES) return undefined;
  const [first, ...others] = failures.map(describe);
  if (others.some((other) => other !== first)) {
    return `Failed three health checks in a row: GET ${path}: ${failures.map(brief).join("; ")}`;
  }
  switch (failures[0]!.type) {
    case "late":
      return `Did not answer GET ${path} within ${ANSWER_MS / 1_000} s three times in a row`;
    case "status":
      return `Answered GET ${path} with ${first} three times in a row`;
    default:
      return `GET ${path} failed three times in a row: ${first}`;
  }
}

function describe(asked: AskedStatus): string {
  return asked.type === "status" ? String(asked.status) : asked.reason;
}

function brief(asked: AskedStatus): string {
  return asked.type === "status" ? `status ${asked.status}` : asked.reason;
}
