import assert from "node:assert/strict";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import type { Event } from "../../lib/supervisor/step.ts";
import { transition } from "../../lib/supervisor/transition.ts";
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

/** An event and the expected effects. */
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
    what: "starts an idle function once for a request",
    rows: [...idle, [demand, "open 2"], [demand, ""]],
    end: "checking -/2 - r1+",
    also: { isIdle: false },
  },
  {
    what: "ignores a request while an instance serves",
    rows: [...serving, [demand, ""]],
    end: "ready 1/- - r1",
  },
  {
    what: "ignores a request after a final failure",
    rows: [[start, "open 1"], [failed(1, "check"), ""], [demand, ""]],
    end: "failed -/- - r1",
  },
  {
    what: "does not shorten a pause for a request",
    rows: [[start, "open 1"], [failed(1, "start"), ""], [demand, ""]],
    end: "backoff -/- - r1",
  },
  {
    what: "ignores a request for a removed function",
    rows: [...serving, [stop, "close 1 stopped"], [demand, ""]],
    end: "draining -/- 1:draining r1",
  },
  {
    what: "drains an unused instance and makes its function idle",
    rows: rested,
    end: "idle -/- 1:draining r1",
  },
  {
    what: "starts an idle function while its last instance drains",
    rows: [...rested, [demand, "open 2"], [ready(2), ""], [closed(1), ""]],
    end: "ready 2/- - r1",
  },
  {
    what: "drains an unused instance once",
    rows: [...rested, [unused(1), ""], [exited(1), ""], [closed(1), ""]],
    end: "idle -/- - r1",
    also: { restarts: 0, failure: undefined },
  },
  {
    what: "keeps an unused instance while a newer revision starts",
    rows: [...serving, [replace, "open 2"], [unused(1), ""]],
    end: "ready 1/2 - r2",
  },
  {
    what: "keeps an unused instance when the newer revision has failed",
    rows: [...serving, [replace, "open 2"], [failed(2, "check", "r2"), ""], [unused(1), ""]],
    end: "ready 1/- - r2",
    also: { isIdle: false },
  },
  {
    what: "ignores an unused instance that was replaced",
    rows: [...serving, [replace, "open 2"], [ready(2), "close 1 replaced"], [unused(1), ""]],
    end: "ready 2/- 1:draining r2",
  },
  {
    what: "drops an earlier pause when the function becomes idle",
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
    what: "makes a function idle when nobody needs it after its exit",
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
    what: "checks new code of an idle function at once and keeps it idle",
    rows: [...idle, [replace, "open 2"], [registered(2), ""]],
    end: "idle -/- - r2",
  },
  {
    what: "fails an idle function whose new code fails",
    rows: [...idle, [replace, "open 2"], [failed(2, "check", "r2"), ""]],
    end: "failed -/- - r2",
    also: { isIdle: false },
  },
  {
    what: "retries an idle function that does not start",
    rows: [...idle, [demand, "open 2"], [failed(2, "start", "r1+"), ""], [pauseOver, "open 3"]],
    end: "checking -/3 - r1+",
  },
  {
    what: "checks an idle function at a reload",
    rows: [...idle, [reload, "open 2"], [registered(2), ""]],
    end: "idle -/- - r1+",
  },
  {
    what: "forgets an idle function at once when its folder is removed",
    rows: [...idle, [stop, ""]],
    end: "gone",
  },
  {
    what: "stops an idle function whose folder is removed during the drain",
    rows: [...rested, [stop, ""]],
    end: "draining -/- 1:draining r1",
    also: { isIdle: false },
  },
  {
    what: "ignores a replaced candidate that passed its check",
    rows: [[start, "open 1"], [replace, "close 1 stopped, open 2"], [registered(1), ""]],
    end: "checking -/2 1:stopping r2",
  },
  {
    what: "keeps the checked revision after a failure of the host",
    rows: [[start, "open 1"], [checked(1, "r1+"), ""], [failed(1, "host", "r1"), ""]],
    end: "backoff -/- - r1+",
  },
  {
    what: "does not start a candidate after a pause while an instance serves",
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
