import type { SourceState } from "../source/source.ts";
import type { SourceReport } from "./api.ts";

/** Returns the report of a source. */
export function reportSource(state: SourceState): SourceReport {
  return {
    reference: state.reference,
    digest: state.digest ?? null,
    takenAt: timeOf(state.takenAtMs),
    checkedAt: timeOf(state.checkedAtMs),
    failures: state.failures,
    problem: state.problem ?? null,
  };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
