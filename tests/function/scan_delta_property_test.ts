import fc from "fast-check";
import assert from "node:assert/strict";
import { mergeMap, mergeSet } from "../../lib/function/merge_findings.ts";
import type { Modules } from "../../lib/function/revision.ts";
import { createScanner, type Scan, type Scanner } from "../../lib/function/scanner.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { type Change, type Ground, history, make, TARGETS } from "./scanner_history.ts";

const QUIET_MS = 200;
const START_MS = 1_000;

Deno.test("scans of changed folders find the same as scans of all", async () => {
  await fc.assert(fc.asyncProperty(history, live), { numRuns: 100 });
});

/** Functions to scan after a change; `undefined` if the directory itself has changed. */
function hintOf(change: Change): string | undefined {
  switch (change.type) {
    case "write":
    case "remove":
    case "link-file":
      return change.name;
    case "write-common":
      return change.file === "_shared/mod.ts" ? "a" : undefined;
    case "remove-folder":
    case "rename":
    case "link":
    case "scan":
    case "rest":
      return undefined;
    default:
      return change satisfies never;
  }
}

async function live(changes: readonly Change[]): Promise<void> {
  await using functions = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  for (const target of TARGETS) await elsewhere.write(`${target}/index.ts`, "1");
  let time = 0;
  const ground: Ground = { functions, elsewhere, nextTime: () => ++time };
  const modulesOf = (name: string): Modules => modules[name] ?? modules.c!;
  const modules: Readonly<Record<string, Modules>> = {
    a: { paths: [functions.at("a/lib.ts"), functions.at("_shared/mod.ts")], isComplete: true },
    b: { paths: [functions.at("b/lib.ts")], isComplete: true },
    c: { paths: [], isComplete: true },
  };
  const open = (): Scanner =>
    createScanner({
      entries: ["index.ts"],
      functionsDirectory: functions.path,
      settleMs: QUIET_MS,
      maxFiles: 1_000,
      modulesOf,
    });
  const [some, all] = [open(), open()];
  const found = createFindings();
  let nowMs = START_MS;
  let hints: Set<string> | undefined;
  for (const change of changes) {
    const before = await listNames(functions.path);
    await make(ground, change);
    if (await listNames(functions.path) !== before) hints = undefined;
    if (change.type !== "scan" && change.type !== "rest") {
      const name = hintOf(change);
      if (name === undefined) hints = undefined;
      else hints?.add(name);
      continue;
    }
    nowMs += change.type === "scan" ? change.passedMs : QUIET_MS;
    found.take(await some.scan(nowMs, hints, { others: found.uncovered }));
    hints = new Set();
    const whole = createFindings();
    whole.take(await all.scan(nowMs));
    assert.deepEqual(found.describe(), whole.describe());
  }
}

async function listNames(directory: string): Promise<string> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort().join("/");
}

/** What scans have found so far. */
function createFindings() {
  const revisions = new Map<string, string>();
  const [ignored, refused] = [new Map<string, string>(), new Map<string, string>()];
  const watched: Scan["watched"] & Map<string, unknown> = new Map();
  const [unsettled, uncovered] = [new Set<string>(), new Set<string>()];
  return {
    uncovered,
    take(scan: Scan): void {
      const { names } = scan;
      const found = new Map([...scan.functions].map(([name, { revision }]) => [name, revision]));
      mergeMap(revisions, found, names);
      mergeMap(ignored, scan.ignored, names);
      mergeMap(refused, scan.refused, names);
      mergeMap(watched, scan.watched, names);
      mergeSet(unsettled, scan.unsettled, names);
      mergeSet(uncovered, scan.uncovered, names);
    },
    describe: () =>
      Object.entries({ revisions, ignored, refused, watched, unsettled, uncovered })
        .map(([what, found]) => [what, [...found].sort()]),
  };
}
