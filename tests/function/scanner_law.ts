import assert from "node:assert/strict";
import type { Scan } from "../../lib/function/scanner.ts";
import type { Truth } from "./scanner_truth.ts";

/** A scan and the state of the directory at that time. */
export interface Seen {
  readonly scan: Scan;
  readonly truth: Truth;
  readonly nowMs: number;
}

/** Options of {@linkcode createScanLaw}. */
export interface ScanLawOptions {
  readonly settleMs: number;
  /** True if all files are too new by the disk's clock, so that only observed stability counts. */
  readonly isDiskAhead: boolean;
}

/** Returns a function that checks successive scans, and throws at the first impossible one. */
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

/** Contents and revisions correspond one to one; an unsettled function has an earlier revision. */
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

/**
 * A function stays in scans while its files are written, and for `settleMs` after it is removed.
 */
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

/** New contents count once they have been unchanged for `settleMs`. */
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
