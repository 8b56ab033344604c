import assert from "node:assert/strict";
import { type FunctionState, statusOf } from "../../lib/supervisor/state.ts";
import type { Event } from "../../lib/supervisor/step.ts";
import { transition } from "../../lib/supervisor/transition.ts";
import { failure } from "./function_states.ts";

const start = wanted("start", "r1");
const ready = (id: number): Event => ({ type: "ready", id, upstream: `10.0.0.${id}:8000` });
const stop: Event = { type: "stop", name: "a" };
const closed = (id: number): Event => ({ type: "closed", id });
const exited = (id: number): Event => ({ type: "exited", id, failure: failure("exit") });
const failed = (
  id: number,
  stage: "manifest" | "check" | "start" | "host",
  revision = "r1",
): Event => ({ type: "failed", id, failure: failure(stage, { revision }) });
const checked = (id: number, revision: string): Event => ({ type: "checked", id, revision });
const spawned = (id: number): Event => ({
  type: "spawned",
  id,
  pid: 100 + id,
  namespace: `n${id}`,
});

/** An event, its time if that matters, and the expected effects. */
type Row = readonly [event: Event, effects: string, atMs?: number];

interface Sequence {
  readonly what: string;
  readonly rows: readonly Row[];
  /** `status serving/candidate leaving requested`, `-` for none; `gone` when nothing is left. */
  readonly end: string;
  readonly also?: Partial<FunctionState>;
}

const serving: readonly Row[] = [[start, "open 1"], [ready(1), ""]];
const replaced: readonly Row[] = [...serving, [wanted("replace", "r2"), "open 2"]];

/** The failure that a snapshot replaces. */
const folderFailure = failure("check", { revision: "r2" });

/** A check that failed for the network, and one that used up its processor time. */
const passing = (id: number, revision = "r1"): Event => ({
  type: "failed",
  id,
  failure: failure("check", { revision, isTransient: true }),
});
const costly = (id: number): Event => ({
  type: "failed",
  id,
  failure: failure("check", { isTransient: true, maxRetries: 2 }),
});
const over: Event = { type: "backoff-over" };
const request: Event = { type: "wanted" };

const sequences: readonly Sequence[] = [
  {
    what: "keeps the failure of new code while a snapshot serves",
    rows: [
      [wanted("start", "r2"), "open 1"],
      [checked(1, "r2"), ""],
      [checked(1, "r1"), ""],
      [{ type: "ready", id: 1, upstream: "u", folderFailure }, ""],
    ],
    end: "ready 1/- - r2",
    also: { failure: folderFailure },
  },
  {
    what: "keeps the failure of new code while a snapshot is idle",
    rows: [[wanted("start", "r2"), "open 1"], [{ type: "registered", id: 1, folderFailure }, ""]],
    end: "idle -/- - r2",
    also: { failure: folderFailure },
  },
  {
    what: "replaces a snapshot with new code",
    rows: [
      [wanted("start", "r2"), "open 1"],
      [{ type: "ready", id: 1, upstream: "u", folderFailure }, ""],
      [wanted("replace", "r3"), "open 2"],
      [ready(2), "close 1 replaced"],
    ],
    end: "ready 2/- 1:draining r3",
    also: { failure: undefined },
  },
  {
    what: "retries a snapshot that does not start",
    rows: [
      [wanted("start", "r2"), "open 1"],
      [{ type: "failed", id: 1, failure: folderFailure, hasSnapshotFailed: true }, ""],
      [{ type: "backoff-over" }, "open 2"],
    ],
    end: "checking -/2 - r2",
    also: { failure: folderFailure },
  },
  {
    what: "retries a check with a transient failure",
    rows: [[start, "open 1"], [passing(1), ""], [over, "open 2"], [ready(2), ""]],
    end: "ready 2/- - r1",
    also: { failure: undefined },
  },
  {
    what: "is in backoff after a transient failure of a check",
    rows: [[start, "open 1"], [passing(1), "", 3_000]],
    end: "backoff -/- - r1",
    also: { backoff: { attempts: 1, delayMs: 100, untilMs: 3_100 }, restarts: 0 },
  },
  {
    what: "retries a check with a transient failure while the old revision serves",
    rows: [...replaced, [passing(2, "r2"), ""], [over, "open 3"], [ready(3), "close 1 replaced"]],
    end: "ready 3/- 1:draining r2",
  },
  {
    what: "retries a check with a transient failure while a snapshot serves",
    rows: [
      [wanted("start", "r2"), "open 1"],
      [
        {
          type: "ready",
          id: 1,
          upstream: "u",
          folderFailure: failure("check", { revision: "r2", isTransient: true }),
        },
        "",
      ],
      [over, "open 2"],
      [ready(2), "close 1 replaced"],
    ],
    end: "ready 2/- 1:draining r2",
  },
  {
    what: "retries a check with a transient failure while a snapshot is idle",
    rows: [
      [wanted("start", "r2"), "open 1"],
      [
        {
          type: "registered",
          id: 1,
          folderFailure: failure("check", { revision: "r2", isTransient: true }),
        },
        "",
      ],
      [over, "open 2"],
    ],
    end: "checking -/2 - r2",
  },
  {
    what: "ends the pause after a transient failure of a check for a request",
    rows: [
      [start, "open 1"],
      [passing(1), "", 0],
      [over, "open 2", 100],
      [passing(2), "", 10_000],
      [request, "", 10_999],
      [request, "open 3", 11_000],
    ],
    end: "checking -/3 - r1",
  },
  {
    what: "does not repeat a check without a pause for many requests",
    rows: [[start, "open 1"], [passing(1), "", 0], [request, "", 50], [request, "", 999]],
    end: "backoff -/- - r1",
  },
  {
    what: "does not end the pause after an exit for a request",
    rows: [...serving, [exited(1), "close 1 stopped", 0], [request, "", 60_000]],
    end: "backoff -/- 1:stopping r1",
  },
  {
    what: "retries a costly check twice and then waits for new code",
    rows: [
      [start, "open 1"],
      [costly(1), "", 0],
      [over, "open 2"],
      [costly(2), "", 0],
      [over, "open 3"],
      [costly(3), "", 0],
      [over, ""],
      [request, "", 600_000],
    ],
    end: "failed -/- - r1",
    also: {
      backoff: undefined,
      failure: failure("check", { reason: "No check (3 times in a row)" }),
    },
  },
  {
    what: "makes a long pause after a costly check",
    rows: [[start, "open 1"], [costly(1), "", 0]],
    end: "backoff -/- - r1",
    also: { backoff: { attempts: 1, costly: 1, delayMs: 12_800, untilMs: 12_800 } },
  },
  {
    what: "resets the count of costly failures after another kind of failure",
    rows: [
      [start, "open 1"],
      [costly(1), "", 0],
      [over, "open 2"],
      [costly(2), "", 0],
      [over, "open 3"],
      [passing(3), "", 0],
      [over, "open 4"],
      [costly(4), "", 0],
    ],
    end: "backoff -/- - r1",
  },
  {
    what: "repeats a check at a reload after it was given up",
    rows: [
      [start, "open 1"],
      [costly(1), "", 0],
      [over, "open 2"],
      [costly(2), "", 0],
      [over, "open 3"],
      [costly(3), "", 0],
      [{ type: "reload" }, "open 4"],
      [costly(4), "", 0],
    ],
    end: "backoff -/- - r1",
    also: { backoff: { attempts: 1, costly: 1, delayMs: 12_800, untilMs: 12_800 } },
  },
  {
    what: "counts repeated start failures as restarts",
    rows: [
      [start, "open 1"],
      [failed(1, "start"), ""],
      [over, "open 2"],
      [failed(2, "start"), ""],
      [over, "open 3"],
    ],
    end: "checking -/3 - r1",
    also: { restarts: 2 },
  },
  {
    what: "does not count a failed new revision as a restart of the old one",
    rows: [...replaced, [failed(2, "start", "r2"), ""]],
    end: "ready 1/- - r2",
    also: { restarts: 0 },
  },
  {
    what: "retries a start with a transient failure while the old revision serves",
    rows: [
      ...replaced,
      [
        {
          type: "failed",
          id: 2,
          failure: failure("start", { revision: "r2", isTransient: true }),
        },
        "",
      ],
      [over, "open 3"],
    ],
    end: "ready 1/3 - r2",
  },
  {
    what: "retries after a failure of the host while the old revision serves",
    rows: [...replaced, [failed(2, "host", "r2"), ""], [{ type: "backoff-over" }, "open 3"]],
    end: "ready 1/3 - r2",
  },
  { what: "a start checks", rows: [[start, "open 1"]], end: "checking -/1 - r1" },
  {
    what: "goes through all phases of a start",
    rows: [[start, "open 1"], [checked(1, "r1+"), ""], [spawned(1), ""], [ready(1), ""]],
    end: "ready 1/- - r1+",
    also: { failure: undefined, restarts: 0 },
  },
  {
    what: "is starting when the process exists",
    rows: [[start, "open 1"], [spawned(1), ""]],
    end: "starting -/1 - r1",
  },
  {
    what: "waits for new code after a failed check",
    rows: [[start, "open 1"], [checked(1, "r1+"), ""], [failed(1, "check", "r1+"), ""]],
    end: "failed -/- - r1+",
    also: { failure: failure("check", { revision: "r1+" }), backoff: undefined },
  },
  {
    what: "waits for new code after an invalid manifest",
    rows: [[start, "open 1"], [failed(1, "manifest"), ""], [{ type: "backoff-over" }, ""]],
    end: "failed -/- - r1",
  },
  {
    what: "starts new code at once after a failure",
    rows: [[start, "open 1"], [failed(1, "check"), ""], [wanted("replace", "r2"), "open 2"]],
    end: "checking -/2 - r2",
    also: { failure: failure("check") },
  },
  {
    what: "drops the failure when an instance is ready",
    rows: [
      [start, "open 1"],
      [failed(1, "check"), ""],
      [wanted("replace", "r2"), "open 2"],
      [ready(2), ""],
    ],
    end: "ready 2/- - r2",
    also: { failure: undefined },
  },
  {
    what: "retries a failed start after growing pauses",
    rows: [
      [start, "open 1"],
      [failed(1, "start"), "", 1_000],
      [{ type: "backoff-over" }, "open 2"],
      [failed(2, "start"), "", 2_000],
      [{ type: "backoff-over" }, "open 3"],
      [failed(3, "start"), "", 3_000],
    ],
    end: "backoff -/- - r1",
    also: { backoff: { attempts: 3, delayMs: 400, untilMs: 3_400 } },
  },
  {
    what: "resets pause and count for new code",
    rows: [
      [start, "open 1"],
      [failed(1, "start"), ""],
      [wanted("replace", "r2"), "open 2"],
      [{ type: "backoff-over" }, ""],
      [failed(2, "start", "r2"), "", 5_000],
    ],
    end: "backoff -/- - r2",
    also: { backoff: { attempts: 1, delayMs: 100, untilMs: 5_100 } },
  },
  {
    what: "replaces the old revision only when the new one is ready",
    rows: [...replaced, [checked(2, "r2+"), ""], [spawned(2), ""]],
    end: "ready 1/2 - r2+",
  },
  {
    what: "drains a replaced instance",
    rows: [...replaced, [ready(2), "close 1 replaced"]],
    end: "ready 2/- 1:draining r2",
  },
  {
    what: "forgets a drained instance when it is gone",
    rows: [...replaced, [ready(2), "close 1 replaced"], [closed(1), ""]],
    end: "ready 2/- - r2",
  },
  {
    what: "keeps the old revision when a new one fails",
    rows: [...replaced, [failed(2, "check", "r2"), ""]],
    end: "ready 1/- - r2",
    also: { failure: failure("check", { revision: "r2" }), backoff: undefined },
  },
  {
    what: "does not retry a new revision that does not start while the old one serves",
    rows: [...replaced, [failed(2, "start", "r2"), ""], [{ type: "backoff-over" }, ""]],
    end: "ready 1/- - r2",
    also: { backoff: undefined },
  },
  {
    what: "starts the old code again after a failure of new code",
    rows: [...replaced, [failed(2, "check", "r2"), ""], [wanted("replace", "r1"), "open 3"]],
    end: "ready 1/3 - r1",
  },
  {
    what: "replaces the candidate with newer code",
    rows: [[start, "open 1"], [wanted("replace", "r2"), "close 1 stopped, open 2"]],
    end: "checking -/2 1:stopping r2",
  },
  {
    what: "ignores events of a replaced candidate",
    rows: [
      ...replaced,
      [wanted("replace", "r3"), "close 2 stopped, open 3"],
      [checked(2, "r2+"), ""],
      [spawned(2), ""],
      [ready(2), ""],
      [failed(2, "check", "r2"), ""],
      [exited(2), ""],
    ],
    end: "ready 1/3 2:stopping r3",
    also: { failure: undefined, restarts: 0 },
  },
  {
    what: "pauses after an exit and starts the same revision",
    rows: [...serving, [exited(1), "close 1 stopped", 7_000]],
    end: "backoff -/- 1:stopping r1",
    also: {
      failure: failure("exit"),
      restarts: 1,
      backoff: { attempts: 1, delayMs: 100, untilMs: 7_100 },
    },
  },
  {
    what: "serves again after the pause",
    rows: [
      ...serving,
      [exited(1), "close 1 stopped"],
      [closed(1), ""],
      [{ type: "backoff-over" }, "open 2"],
      [ready(2), ""],
    ],
    end: "ready 2/- - r1",
    also: { failure: undefined, restarts: 1 },
  },
  {
    what: "continues the count after an early exit",
    rows: [
      ...serving,
      [exited(1), "close 1 stopped", 0],
      [{ type: "backoff-over" }, "open 2", 100],
      [ready(2), "", 200],
      [exited(2), "close 2 stopped", 60_199],
    ],
    end: "backoff -/- 1:stopping,2:stopping r1",
    also: { restarts: 2, backoff: { attempts: 2, delayMs: 200, untilMs: 60_399 } },
  },
  {
    what: "resets the count after an exit with a minute of service",
    rows: [
      ...serving,
      [exited(1), "close 1 stopped", 0],
      [{ type: "backoff-over" }, "open 2", 100],
      [ready(2), "", 200],
      [exited(2), "close 2 stopped", 60_200],
    ],
    end: "backoff -/- 1:stopping,2:stopping r1",
    also: { restarts: 2, backoff: { attempts: 1, delayMs: 100, untilMs: 60_300 } },
  },
  {
    what: "waits for new code when an instance exits during its check",
    rows: [...replaced, [exited(1), "close 1 stopped"], [{ type: "backoff-over" }, ""]],
    end: "checking -/2 1:stopping r2",
    also: { backoff: undefined, restarts: 1 },
  },
  {
    what: "restarts an instance that exits just after its revision needed no second start",
    rows: [
      ...replaced,
      [failed(2, "check", "r2"), ""],
      [wanted("replace", "r1"), "open 3"],
      [exited(1), "close 1 stopped"],
      [{ type: "registered", id: 3, isServed: true }, ""],
      [over, "open 4"],
    ],
    end: "checking -/4 1:stopping r1",
    also: { failure: failure("exit"), isIdle: false },
  },
  {
    what: "does not count the exit of a leaving instance as a restart",
    rows: [...replaced, [ready(2), "close 1 replaced"], [exited(1), ""]],
    end: "ready 2/- 1:draining r2",
    also: { restarts: 0, failure: undefined },
  },
  {
    what: "starts the new revision again when the old one exits",
    rows: [
      ...replaced,
      [failed(2, "start", "r2"), ""],
      [exited(1), "close 1 stopped"],
      [{ type: "backoff-over" }, "open 3"],
    ],
    end: "checking -/3 1:stopping r2",
  },
  {
    what: "starts the same revision beside the old instance at a reload",
    rows: [...serving, [{ type: "reload" }, "open 2"], [ready(2), "close 1 replaced"]],
    end: "ready 2/- 1:draining r1",
    also: { restarts: 0 },
  },
  {
    what: "replaces the candidate at a reload",
    rows: [[start, "open 1"], [{ type: "reload" }, "close 1 stopped, open 2"]],
    end: "checking -/2 1:stopping r1",
  },
  {
    what: "starts a failed revision again at a reload",
    rows: [[start, "open 1"], [failed(1, "check"), ""], [{ type: "reload" }, "open 2"]],
    end: "checking -/2 - r1",
  },
  {
    what: "does not wait for the end of a pause at a reload",
    rows: [
      [start, "open 1"],
      [failed(1, "start"), ""],
      [{ type: "reload" }, "open 2"],
      [{ type: "backoff-over" }, ""],
    ],
    end: "checking -/2 - r1",
  },
  {
    what: "drains a removed function",
    rows: [...serving, [stop, "close 1 stopped"]],
    end: "draining -/- 1:draining r1",
    also: { isWanted: false },
  },
  {
    what: "forgets a removed function with its last instance",
    rows: [
      ...replaced,
      [stop, "close 2 stopped, close 1 stopped"],
      [closed(2), ""],
      [exited(1), ""],
      [{ type: "reload" }, ""],
      [closed(1), ""],
    ],
    end: "gone",
  },
  {
    what: "keeps a removed function while earlier instances leave",
    rows: [...replaced, [ready(2), "close 1 replaced"], [stop, "close 2 stopped"], [closed(2), ""]],
    end: "draining -/- 1:draining r2",
  },
  {
    what: "forgets a removed function that failed at once",
    rows: [[start, "open 1"], [failed(1, "check"), ""], [stop, ""]],
    end: "gone",
  },
  {
    what: "does not restart a removed function after its pause",
    rows: [...serving, [exited(1), "close 1 stopped"], [stop, ""], [{ type: "backoff-over" }, ""]],
    end: "draining -/- 1:stopping r1",
    also: { backoff: undefined },
  },
  {
    what: "starts a function that is added again during its drain",
    rows: [...serving, [stop, "close 1 stopped"], [wanted("start", "r2"), "open 2"]],
    end: "checking -/2 1:draining r2",
    also: { isWanted: true },
  },
  {
    what: "keeps a function that is added again when its old instance is gone",
    rows: [
      ...serving,
      [stop, "close 1 stopped"],
      [wanted("start", "r2"), "open 2"],
      [ready(2), ""],
      [closed(1), ""],
    ],
    end: "ready 2/- - r2",
  },
  { what: "ignores an event of an unknown function", rows: [[closed(1), ""]], end: "gone" },
];

for (const { what, rows, end, also = {} } of sequences) {
  Deno.test(`transition() ${what}`, () => {
    let state: FunctionState | undefined;
    let nextId = 1;
    for (const [event, effects, nowMs = 0] of rows) {
      const step = transition(state, event, { nowMs, nextId, chance: 1 });
      const texts = step.effects.map((effect) => {
        if (effect.type === "close") return `close ${effect.id} ${effect.because}`;
        assert.equal(effect.name, "a");
        nextId = effect.id + 1;
        return `open ${effect.id}`;
      });
      assert.equal(texts.join(", "), effects, JSON.stringify(event));
      state = step.state;
    }
    assert.equal(describe(state), end);
    for (const [key, value] of Object.entries(also)) {
      assert.deepEqual(state?.[key as keyof FunctionState], value, key);
    }
  });
}

Deno.test("transition() keeps the process id and namespace of an instance", () => {
  let state: FunctionState | undefined;
  for (const event of [start, checked(1, "r1+"), spawned(1), ready(1)]) {
    state = transition(state, event, { nowMs: 5, nextId: 1, chance: 0 }).state;
  }
  assert.deepEqual(state?.serving, {
    id: 1,
    phase: "ready",
    requested: "r1",
    revision: "r1+",
    pid: 101,
    namespace: "n1",
    upstream: "10.0.0.1:8000",
    readyAtMs: 5,
  });
});

Deno.test("transition() uses the new directory of a function", () => {
  const moment = { nowMs: 0, nextId: 1, chance: 0 };
  const { state } = transition(undefined, start, moment);
  const moved: Event = {
    type: "replace",
    name: "a",
    desired: { directory: "/g/a", revision: "r2" },
  };
  assert.equal(transition(state, moved, { ...moment, nextId: 2 }).state?.directory, "/g/a");
});

function wanted(type: "start" | "replace", revision: string): Event {
  return { type, name: "a", desired: { directory: "/f/a", revision } };
}

function describe(state: FunctionState | undefined): string {
  if (state === undefined) return "gone";
  const leaving = state.leaving.map((one) => `${one.id}:${one.phase}`).join(",");
  const ids = `${state.serving?.id ?? "-"}/${state.candidate?.id ?? "-"}`;
  return `${statusOf(state)} ${ids} ${leaving || "-"} ${state.requested}`;
}
