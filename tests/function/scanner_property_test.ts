import fc from "fast-check";
import assert from "node:assert/strict";
import type { Modules } from "../../lib/function/revision.ts";
import { createScanner, type Scan } from "../../lib/function/scanner.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { type Change, type Ground, history, make, TARGETS } from "./scanner_history.ts";
import { createScanLaw } from "./scanner_law.ts";
import { readTruth, type Truth } from "./scanner_truth.ts";

const QUIET_MS = 200;

/** Where our clock stands beside the disk's: so far back or ahead that this alone decides. */
const clocks: readonly [what: string, startMs: number][] = [
  ["behind", 1_000],
  ["ahead of", Date.now() + 3_600_000],
];

for (const [what, startMs] of clocks) {
  Deno.test(`scan() finds the directory after any history, by a clock ${what} the disk's`, async () => {
    const property = fc.asyncProperty(history, (changes) => live(changes, startMs));
    await fc.assert(property, { numRuns: 100 });
  });
}

async function live(changes: readonly Change[], startMs: number): Promise<void> {
  await using functions = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  for (const target of TARGETS) await elsewhere.write(`${target}/index.ts`, "1");
  let time = 0;
  const ground: Ground = { functions, elsewhere, nextTime: () => ++time };
  // Of `a` a check has named the modules, of the others there was none.
  const modulesOf = (name: string): Modules | undefined =>
    name === "a" ? { paths: pathsOf(name), isComplete: true } : undefined;
  const pathsOf = (name: string): string[] =>
    name === "a" ? [functions.at("a/lib.ts"), functions.at("_shared/mod.ts")] : [];
  const scanner = createScanner({
    entries: ["index.ts"],
    functionsDirectory: functions.path,
    settleMs: QUIET_MS,
    maxFiles: 1_000,
    modulesOf,
  });
  const obey = createScanLaw({ settleMs: QUIET_MS, isDiskAhead: startMs < Date.now() });
  let nowMs = startMs;
  const scan = async (): Promise<Scan> => {
    const truth = await readTruth(functions, pathsOf);
    const scan = await scanner.scan(nowMs);
    obey({ scan, truth, nowMs });
    return scan;
  };
  for (const change of [...changes, { type: "rest" } as const]) {
    await make(ground, change);
    if (change.type === "scan") {
      nowMs += change.passedMs;
      await scan();
    }
    if (change.type !== "rest") continue;
    let last = await scan();
    for (let round = 0; round < 3 && last.retryAtMs !== undefined; round++) {
      nowMs = last.retryAtMs;
      last = await scan();
    }
    assertSame(last, await readTruth(functions, pathsOf));
  }
}

function assertSame(scan: Scan, truth: Truth): void {
  assert.deepEqual([...scan.functions.keys()].sort(), [...truth.functions.keys()].sort());
  assert.deepEqual(Object.fromEntries(scan.ignored), Object.fromEntries(truth.ignored));
  assert.deepEqual([scan.unsettled.size, scan.retryAtMs], [0, undefined]);
}
