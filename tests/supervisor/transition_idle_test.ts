import assert from "node:assert/strict";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import { type Event, transition } from "../../lib/supervisor/transition.ts";
import { describeState, failure, wanted } from "./function_states.ts";

const start = wanted("start", "r1");
const replace = wanted("replace", "r2");
const stop: Event = { type: "stop", name: "a" };
const demand: Event = { type: "wanted" };
const reload: Event = { type: "reload" };
const pauseOver: Event = { type: "backoff-over" };
const registered = (id: number): Event => ({ type: "registered", id });
const unused = (id: number): Event => ({ type: "unused", id });
const checked = (id: number, revision: string): Event => ({ type: "checked", id, revision });
const ready = (id: number): Event => ({ type: "ready", id, upstream: `10.0.0.${id}:8000` });
const exited = (id: number): Event => ({ type: "exited", id, failure: failure("exit") });
const closed = (id: number): Event => ({ type: "closed", id });
const failed = (id: number, stage: "check" | "start" | "host", revision = "r1"): Event => ({
  type: "failed",
  id,
  failure: failure(stage, { revision }),
});

/** An event, and what is to be done because of it. */
type Row = readonly [event: Event, effects: string];

const idle: readonly Row[] = [[start, "open 1"], [checked(1, "r1+"), ""], [registered(1), ""]];
const serving: readonly Row[] = [[start, "open 1"], [ready(1), ""]];
const rested: readonly Row[] = [...serving, [unused(1), "close 1 unused"]];

/** As in `transition_test.ts`, with what an idle policy adds. */
const sequences: readonly {
  readonly what: string;
  readonly rows: readonly Row[];
  readonly end: string;
  readonly also?: Partial<FunctionState>;
}[] = [
  { what: "what is good and not needed is idle", rows: idle, end: "idle -/- - r1+" },
  {
    what: "an idle function is started by a request, once",
    rows: [...idle, [demand, "open 2"], [demand, ""]],
    end: "checking -/2 - r1+",
    also: { isIdle: false },
  },
  {
    what: "a request asks for nothing while something serves",
    rows: [...serving, [demand, ""]],
    end: "ready 1/- - r1",
  },
  {
    what: "a request asks for nothing of what has failed",
    rows: [[start, "open 1"], [failed(1, "check"), ""], [demand, ""]],
    end: "failed -/- - r1",
  },
  {
    what: "a request does not shorten a pause",
    rows: [[start, "open 1"], [failed(1, "start"), ""], [demand, ""]],
    end: "backoff -/- - r1",
  },
  {
    what: "a request asks for nothing of what is gone",
    rows: [...serving, [stop, "close 1 stopped"], [demand, ""]],
    end: "draining -/- 1:draining r1",
  },
  {
    what: "an unused instance drains, and its function is idle",
    rows: rested,
    end: "idle -/- 1:draining r1",
  },
  {
    what: "an idle function may start while the instance before it drains",
    rows: [...rested, [demand, "open 2"], [ready(2), ""], [closed(1), ""]],
    end: "ready 2/- - r1",
  },
  {
    what: "an unused instance is told so once",
    rows: [...rested, [unused(1), ""], [exited(1), ""], [closed(1), ""]],
    end: "idle -/- - r1",
    also: { restarts: 0, failure: undefined },
  },
  {
    what: "an unused instance stays where a newer revision is on its way",
    rows: [...serving, [replace, "open 2"], [unused(1), ""]],
    end: "ready 1/2 - r2",
  },
  {
    what: "an unused instance stays where the newer revision has failed",
    rows: [...serving, [replace, "open 2"], [failed(2, "check", "r2"), ""], [unused(1), ""]],
    end: "ready 1/- - r2",
    also: { isIdle: false },
  },
  {
    what: "a replaced instance can't be unused",
    rows: [...serving, [replace, "open 2"], [ready(2), "close 1 replaced"], [unused(1), ""]],
    end: "ready 2/- 1:draining r2",
  },
  {
    what: "a pause from before it served is over for good when it is unused",
    rows: [
      [start, "open 1"],
      [failed(1, "start"), ""],
      [pauseOver, "open 2"],
      [ready(2), ""],
      [unused(2), "close 2 unused"],
      [pauseOver, ""],
    ],
    end: "idle -/- 2:draining r1",
    also: { backoff: undefined },
  },
  {
    what: "what ended is idle again when its check finds nobody who needs it",
    rows: [
      ...serving,
      [exited(1), "close 1 stopped"],
      [closed(1), ""],
      [pauseOver, "open 2"],
      [registered(2), ""],
    ],
    end: "idle -/- - r1",
    also: { failure: undefined, backoff: undefined, restarts: 1 },
  },
  {
    what: "new code of an idle function is checked at once, and idle too",
    rows: [...idle, [replace, "open 2"], [registered(2), ""]],
    end: "idle -/- - r2",
  },
  {
    what: "new code of an idle function that is not good is not idle",
    rows: [...idle, [replace, "open 2"], [failed(2, "check", "r2"), ""]],
    end: "failed -/- - r2",
    also: { isIdle: false },
  },
  {
    what: "an idle function that does not start is tried again after a pause",
    rows: [...idle, [demand, "open 2"], [failed(2, "start", "r1+"), ""], [pauseOver, "open 3"]],
    end: "checking -/3 - r1+",
  },
  {
    what: "a reload checks an idle function",
    rows: [...idle, [reload, "open 2"], [registered(2), ""]],
    end: "idle -/- - r1+",
  },
  {
    what: "an idle function whose folder goes is gone at once",
    rows: [...idle, [stop, ""]],
    end: "gone",
  },
  {
    what: "an idle function whose folder goes while its last instance drains is not idle",
    rows: [...rested, [stop, ""]],
    end: "draining -/- 1:draining r1",
    also: { isIdle: false },
  },
  {
    what: "a candidate that lost its place makes nothing idle",
    rows: [[start, "open 1"], [replace, "close 1 stopped, open 2"], [registered(1), ""]],
    end: "checking -/2 1:stopping r2",
  },
  {
    what: "a fault of the host's does not bring back the revision from before the check",
    rows: [[start, "open 1"], [checked(1, "r1+"), ""], [failed(1, "host", "r1"), ""]],
    end: "backoff -/- - r1+",
  },
  {
    what: "a pause from before asks for nothing beside what serves",
    rows: [
      [start, "open 1"],
      [failed(1, "start"), ""],
      [pauseOver, "open 2"],
      [ready(2), ""],
      [pauseOver, ""],
    ],
    end: "ready 2/- - r1",
  },
];

for (const { what, rows, end, also = {} } of sequences) {
  Deno.test(`transition() ${what}`, () => {
    let state: FunctionState | undefined;
    let nextId = 1;
    for (const [event, expected] of rows) {
      const step = transition(state, event, { nowMs: 0, nextId, chance: 1 });
      const effects = step.effects.map((effect) => {
        if (effect.type === "close") return `close ${effect.id} ${effect.because}`;
        nextId = effect.id + 1;
        return `open ${effect.id}`;
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
