import fc from "fast-check";
import assert from "node:assert/strict";
import type { FunctionSpec } from "../../lib/function/folder_look.ts";
import type { Modules } from "../../lib/function/revision.ts";
import type { Scan } from "../../lib/function/scanner.ts";
import { createModuleTable } from "../../lib/supervisor/module_table.ts";
import { createScanIntake } from "../../lib/supervisor/scan_intake.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import type { Event } from "../../lib/supervisor/step.ts";
import { transition } from "../../lib/supervisor/transition.ts";
import { failure } from "./function_states.ts";

/** What a folder is at a time. */
type Folder =
  | { readonly type: "none" | "ignored" | "refused" | "unsettled" }
  | { readonly type: "function"; readonly revision: string; readonly place: string };

const NAMES = ["a", "b", "c"] as const;
const name = fc.constantFrom(...NAMES);
const folder: fc.Arbitrary<Folder> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom("none", "ignored", "refused") }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("unsettled") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("function"),
      revision: fc.constantFrom("1", "2"),
      place: fc.constantFrom("/x", "/y"),
    }),
  },
);
const step = fc.oneof(
  fc.record({ type: fc.constant("change"), name, folder }),
  fc.record({ type: fc.constant("change"), name, folder }),
  fc.record({ type: fc.constant("ready"), name }),
  fc.record({ type: fc.constant("fail"), name }),
  fc.record({ type: fc.constant("exit"), name }),
  fc.record({ type: fc.constant("close"), name }),
  fc.record({ type: fc.constant("reload"), name }),
  fc.record({ type: fc.constant("ask"), name }),
  fc.record({ type: fc.constant("modules"), name }),
  fc.record({ type: fc.constant("watch"), isWatching: fc.boolean() }),
  fc.record({ type: fc.constant("scan"), checkedMeanwhile: fc.option(name) }),
  fc.record({ type: fc.constant("scan"), checkedMeanwhile: fc.option(name) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

Deno.test("scans of changed folders lead to the same functions as scans of all", () => {
  const steps = fc.array(step, { maxLength: 40, size: "max" });
  fc.assert(fc.property(steps, live), { numRuns: 1_000 });
});

function live(steps: readonly Step[]): void {
  const folders = new Map<string, Folder>();
  const changed = new Set<string>();
  let isAsked = true;
  let isWatching = true;
  const some = createSide(folders, () => isWatching);
  const all = createSide(folders, () => isWatching);
  for (const step of [...steps, { type: "scan", checkedMeanwhile: null } as const]) {
    switch (step.type) {
      case "change":
        folders.set(step.name, step.folder);
        changed.add(step.name);
        break;
      case "watch":
        ({ isWatching } = step);
        break;
      case "ask":
        // A question causes a scan of all folders.
        for (const side of [some, all]) side.intake.ask(step.name);
        isAsked = true;
        break;
      case "scan": {
        // Folders that are not settled are looked at again.
        for (const one of some.intake.unsettled) changed.add(one);
        some.scan(isAsked ? undefined : changed, step.checkedMeanwhile);
        all.scan(undefined, step.checkedMeanwhile);
        isAsked = false;
        changed.clear();
        assert.deepEqual(some.describe(), all.describe());
        break;
      }
      default:
        for (const side of [some, all]) side.act(step.type, step.name);
    }
  }
}

/** The functions of one supervisor. */
function createSide(folders: ReadonlyMap<string, Folder>, isWatching: () => boolean) {
  const states = new Map<string, FunctionState>();
  const modules = createModuleTable();
  const told: string[] = [];
  let nextId = 1;
  const intake = createScanIntake({
    states,
    isStale: modules.isStale,
    handStops: new Map(),
    isWatching,
    dispatch,
    onIgnored: (...one) => told.push(one.join(" ")),
  });

  function dispatch(name: string, event: Event): void {
    const moment = { nowMs: 0, nextId: nextId++, chance: 0 };
    const { state } = transition(states.get(name), event, moment);
    if (state === undefined) states.delete(name);
    else states.set(name, state);
    if (!state?.isWanted) modules.delete(name);
  }

  function check(name: string): void {
    modules.set(name, { paths: [], isComplete: true } satisfies Modules);
  }

  function act(type: "ready" | "fail" | "exit" | "close" | "reload" | "modules", name: string) {
    const state = states.get(name);
    if (state === undefined) return;
    const { serving, candidate, leaving } = state;
    if (type === "modules" && candidate !== undefined) check(name);
    if (type === "reload" && state.isWanted) dispatch(name, { type: "reload" });
    if (type === "ready" && candidate !== undefined) {
      const { id, requested } = candidate;
      dispatch(name, { type: "checked", id, revision: requested });
      dispatch(name, { type: "ready", id, upstream: "u" });
    }
    if (type === "fail" && candidate !== undefined) {
      dispatch(name, { type: "failed", id: candidate.id, failure: failure("host") });
    }
    if (type === "exit" && serving !== undefined) {
      dispatch(name, { type: "exited", id: serving.id, failure: failure("exit") });
    }
    if (type === "close" && leaving[0] !== undefined) {
      dispatch(name, { type: "closed", id: leaving[0].id });
    }
  }

  return {
    intake,
    act,
    scan(names: ReadonlySet<string> | undefined, checkedMeanwhile: string | null): void {
      const requested = intake.begin().union(modules.beginScan());
      if (checkedMeanwhile !== null && states.get(checkedMeanwhile)?.candidate !== undefined) {
        check(checkedMeanwhile);
      }
      intake.take(scanOf(folders, names?.union(requested)));
    },
    describe: () => ({
      states: Object.fromEntries([...states].sort(([a], [b]) => a < b ? -1 : 1).map(withoutIds)),
      ignored: [...intake.ignored].sort(),
      unsettled: [...intake.unsettled].sort(),
      newer: NAMES.map((name) => intake.newerRevision(name)),
      told: told.toSorted(),
    }),
  };
}

/** Ids depend on the order in which functions start. */
function withoutIds([name, state]: [string, FunctionState]): [string, unknown] {
  return [name, JSON.parse(JSON.stringify(state, (key, value) => key === "id" ? 0 : value))];
}

function scanOf(
  folders: ReadonlyMap<string, Folder>,
  names: ReadonlySet<string> | undefined,
): Scan {
  const functions = new Map<string, FunctionSpec>();
  const [ignored, refused] = [new Map<string, string>(), new Map<string, string>()];
  const unsettled = new Set<string>();
  for (const [name, folder] of folders) {
    if (names?.has(name) === false) continue;
    if (folder.type === "ignored") ignored.set(name, "no entry");
    else if (folder.type === "refused") refused.set(name, "too large");
    else if (folder.type === "unsettled") unsettled.add(name);
    else if (folder.type === "function") {
      functions.set(name, { ...folder, name, directory: `/f/${name}`, files: [] });
    }
  }
  const rest = { watched: new Map(), uncovered: new Set<string>(), tookMs: new Map() };
  return {
    ...rest,
    names,
    functions,
    ignored,
    refused,
    unsettled,
    retryAtMs: undefined,
    isLocal: true,
  };
}
