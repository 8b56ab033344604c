import assert from "node:assert/strict";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import type { Event } from "../../lib/supervisor/step.ts";
import { transition } from "../../lib/supervisor/transition.ts";
import { describeState, failure, handStop, hang, wanted } from "./function_states.ts";

const start = wanted("start", "r1");
const replace = wanted("replace", "r2");
const gone: Event = { type: "stop", name: "a" };
const request: Event = { type: "wanted" };
const reload: Event = { type: "reload" };
const pauseOver: Event = { type: "backoff-over" };
const halt: Event = { type: "stop-by-hand", stop: handStop() };
const resume: Event = { type: "start-by-hand" };
const ready = (id: number): Event => ({ type: "ready", id, upstream: `10.0.0.${id}:8000` });
const registered = (id: number): Event => ({ type: "registered", id });
const exited = (id: number): Event => ({ type: "exited", id, failure: failure("exit") });
const closed = (id: number): Event => ({ type: "closed", id });
const failed = (id: number): Event => ({ type: "failed", id, failure: failure("start") });
const hung = (id: number): Event => ({ type: "hung", id, hang: hang("blocked"), wellAtMs: 0 });
const stopped: Event = {
  type: "start",
  name: "a",
  desired: { directory: "/f/a", revision: "r1", stoppedByHand: handStop("<p>soon") },
};

/** An event and the expected effects; a forced launch is `open! 1`. */
type Row = readonly [event: Event, effects: string];

const serving: readonly Row[] = [[start, "open 1"], [ready(1), ""]];
const halted: readonly Row[] = [...serving, [halt, "close 1 stopped-by-hand"], [closed(1), ""]];

const sequences: readonly {
  readonly what: string;
  readonly rows: readonly Row[];
  readonly end: string;
  readonly also?: Partial<FunctionState>;
}[] = [
  {
    what: "drains what serves, as when it is replaced",
    rows: [...serving, [halt, "close 1 stopped-by-hand"]],
    end: "draining -/- 1:draining r1",
  },
  { what: "keeps a stopped function", rows: halted, end: "stopped -/- - r1" },
  {
    what: "ends a check, and ignores its late result",
    rows: [[start, "open 1"], [halt, "close 1 stopped"], [ready(1), ""], [closed(1), ""]],
    end: "stopped -/- - r1",
  },
  {
    what: "ends a candidate beside what serves",
    rows: [
      ...serving,
      [replace, "open 2"],
      [halt, "close 2 stopped, close 1 stopped-by-hand"],
    ],
    end: "draining -/- 2:stopping,1:draining r2",
  },
  {
    what: "gives no drain to a blocked event loop",
    rows: [...serving, [hung(1), "open! 2"], [halt, "close 2 stopped, close 1 hung"]],
    end: "draining -/- 2:stopping,1:draining r1",
  },
  {
    what: "ends an idle function at once",
    rows: [[start, "open 1"], [registered(1), ""], [halt, ""], [request, ""]],
    end: "stopped -/- - r1",
    also: { isIdle: false },
  },
  {
    what: "drops a failure and its pause",
    rows: [[start, "open 1"], [failed(1), ""], [halt, ""], [pauseOver, ""]],
    end: "stopped -/- - r1",
    also: { failure: undefined, backoff: undefined },
  },
  {
    what: "ignores requests, reloads and ends of pauses",
    rows: [...halted, [request, ""], [reload, ""], [pauseOver, ""]],
    end: "stopped -/- - r1",
  },
  {
    what: "does not start new code",
    rows: [...halted, [replace, ""]],
    end: "stopped -/- - r2",
  },
  {
    what: "ignores the exit of what drains",
    rows: [...serving, [halt, "close 1 stopped-by-hand"], [exited(1), ""], [closed(1), ""]],
    end: "stopped -/- - r1",
    also: { failure: undefined, restarts: 0 },
  },
  {
    what: "starts again, whatever failed before",
    rows: [...halted, [resume, "open! 2"], [ready(2), ""]],
    end: "ready 2/- - r1",
    also: { stoppedByHand: undefined },
  },
  {
    what: "starts while the last instance drains",
    rows: [...serving, [halt, "close 1 stopped-by-hand"], [resume, "open! 2"]],
    end: "checking -/2 1:draining r1",
  },
  {
    what: "starts nothing that is not stopped",
    rows: [...serving, [resume, ""]],
    end: "ready 1/- - r1",
  },
  {
    what: "forgets a stopped function whose folder is removed",
    rows: [...halted, [gone, ""]],
    end: "gone",
  },
  {
    what: "ends a stop when the folder is removed during the drain",
    rows: [...serving, [halt, "close 1 stopped-by-hand"], [gone, ""], [start, "open 2"]],
    end: "checking -/2 1:draining r1",
    also: { stoppedByHand: undefined },
  },
  {
    what: "ignores a stop of what is being removed",
    rows: [...serving, [gone, "close 1 stopped"], [halt, ""]],
    end: "draining -/- 1:draining r1",
    also: { stoppedByHand: undefined },
  },
  {
    what: "starts nothing after a restart of ddsrv",
    rows: [[stopped, ""]],
    end: "stopped -/- - r1",
    also: { stoppedByHand: handStop("<p>soon") },
  },
  {
    what: "keeps its time and its page at another stop",
    rows: [[stopped, ""], [{ type: "stop-by-hand", stop: { sinceMs: 9, page: undefined } }, ""]],
    end: "stopped -/- - r1",
    also: { stoppedByHand: handStop("<p>soon") },
  },
  {
    what: "takes another page at another stop",
    rows: [[stopped, ""], [{ type: "stop-by-hand", stop: { sinceMs: 9, page: "<p>late" } }, ""]],
    end: "stopped -/- - r1",
    also: { stoppedByHand: handStop("<p>late") },
  },
];

for (const { what, rows, end, also = {} } of sequences) {
  Deno.test(`transition() with a stop by hand ${what}`, () => {
    let state: FunctionState | undefined;
    let nextId = 1;
    for (const [event, expected] of rows) {
      const step = transition(state, event, { nowMs: 0, nextId, chance: 1 });
      const effects = step.effects.map((effect) => {
        if (effect.type === "close") return `close ${effect.id} ${effect.because}`;
        nextId = effect.id + 1;
        return `open${effect.isForced ? "!" : ""} ${effect.id}`;
      });
      assert.equal(effects.join(", "), expected, JSON.stringify(event));
      state = step.state;
    }
    assert.equal(describeState(state), end);
    for (const [key, value] of Object.entries(also)) {
      assert.deepEqual(state?.[key as keyof FunctionState], value, key);
    }
  });
}
