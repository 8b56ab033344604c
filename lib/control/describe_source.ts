import type { SourceReport } from "./api.ts";

/** Describes which version of a source is served, and since when it is stale, in one line. */
export function describeSource(
  { digest, takenAt, checkedAt, problem }: Omit<SourceReport, "reference" | "failures">,
): string {
  const version = digest === null ? "no version yet" : `${digest} since ${takenAt}`;
  if (problem === null) return version;
  return digest === null
    ? `${version}: ${problem}`
    : `${version}, stale since ${checkedAt ?? takenAt}: ${problem}`;
}
