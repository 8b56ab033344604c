import assert from "node:assert/strict";
import type { Scan } from "../../lib/function/scanner.ts";
import type { Truth } from "./scanner_truth.ts";

/** A scan, and the directory as it was then. */
export interface Seen {
  readonly scan: Scan;
  readonly truth: Truth;
  readonly nowMs: number;
}

/** What is to hold of scans. */
export interface ScanLawOptions {
  readonly settleMs: number;
  /** Whether files are too young by the disk's clock, so that only what was seen of them counts. */
  readonly isDiskAhead: boolean;
}

/** Throws at the first scan, of those that follow one another, that can't be right. */
export function createScanLaw(options: ScanLawOptions): (seen: Seen) => void {
  const laws = [
    (seen: Seen): void => assertPlausible(seen, options),
    createRevisionLaw(),
    createAbsenceLaw(options),
    ...(options.isDiskAhead ? [createRestLaw(options)] : []),
  ];
  return (seen) => laws.forEach((law) => law(seen));
}

function assertPlausible({ scan, nowMs }: Seen, { settleMs }: ScanLawOptions): void {
  const { unsettled, ignored, functions, retryAtMs } = scan;
  assert.equal(retryAtMs === undefined, unsettled.size === 0, "it looks again if it has to");
  assert.ok(retryAtMs === undefined || (retryAtMs > nowMs && retryAtMs <= nowMs + settleMs));
  for (const name of ignored.keys()) {
    assert.ok(!functions.has(name) && !unsettled.has(name), `${name} is ignored and not`);
  }
}

/** Contents and revisions belong together one to one; what is unsettled has one from before. */
function createRevisionLaw(): (seen: Seen) => void {
  const revisions = new Map<string, string>();
  const contentsOf = new Map<string, string>();
  return ({ scan, truth }) => {
    for (const [name, { revision }] of scan.functions) {
      const revisionKey = `${name} ${revision}`;
      if (scan.unsettled.has(name)) {
        assert.ok(contentsOf.has(revisionKey), `${name} is unsettled, and new`);
        continue;
      }
      const contents = truth.functions.get(name);
      assert.ok(contents !== undefined, `${name} is not there`);
      const contentsKey = `${name} ${contents}`;
      assert.equal(revisions.get(contentsKey) ?? revision, revision, "of the same contents");
      assert.equal(contentsOf.get(revisionKey) ?? contents, contents, "of the same revision");
      revisions.set(contentsKey, revision);
      contentsOf.set(revisionKey, contents);
    }
  };
}

/** What was a function stays one while it is written, and for a moment after it is gone. */
function createAbsenceLaw({ settleMs }: ScanLawOptions): (seen: Seen) => void {
  const known = new Set<string>();
  const missingSinceMs = new Map<string, number>();
  return ({ scan: { functions, unsettled }, truth, nowMs }) => {
    for (const name of known) {
      if (truth.functions.has(name)) {
        missingSinceMs.delete(name);
        assert.ok(functions.has(name), `${name} lost its revision`);
        continue;
      }
      const sinceMs = missingSinceMs.get(name) ?? nowMs;
      missingSinceMs.set(name, sinceMs);
      const isMissed = nowMs < sinceMs + settleMs;
      assert.equal(unsettled.has(name), isMissed, `${name} is gone since ${nowMs - sinceMs} ms`);
      if (isMissed) continue;
      known.delete(name);
      missingSinceMs.delete(name);
    }
    for (const name of functions.keys()) known.add(name);
  };
}

/** Contents count once they have been the same for long enough; what is back was there before. */
function createRestLaw({ settleMs }: ScanLawOptions): (seen: Seen) => void {
  const sinceMs = new Map<string, { readonly contents: string; readonly nowMs: number }>();
  return ({ scan: { functions, unsettled }, truth, nowMs }) => {
    for (const [name, contents] of truth.functions) {
      if (sinceMs.get(name)?.contents !== contents) sinceMs.set(name, { contents, nowMs });
      const isTaken = functions.has(name) && !unsettled.has(name);
      const ageMs = nowMs - sinceMs.get(name)!.nowMs;
      assert.ok(!isTaken || ageMs >= settleMs, `${name} is taken after ${ageMs} ms`);
    }
  };
}
