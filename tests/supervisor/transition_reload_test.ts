import assert from "node:assert/strict";
import { servedRevision } from "../../lib/supervisor/retry.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import type { Event } from "../../lib/supervisor/step.ts";
import { transition } from "../../lib/supervisor/transition.ts";
import { describeState, failure, hang, wanted } from "./function_states.ts";

const reload: Event = { type: "reload" };
const over: Event = { type: "backoff-over" };
const checked = (id: number, revision: string): Event => ({ type: "checked", id, revision });
const ready = (id: number): Event => ({ type: "ready", id, upstream: `10.0.0.${id}:8000` });
const failed = (id: number, stage: "check" | "start" | "host", revision = "r1"): Event => ({
  type: "failed",
  id,
  failure: failure(stage, { revision }),
});

const serving = [wanted("start", "r1"), checked(1, "r1"), ready(1)];

interface Sequence {
  readonly what: string;
  readonly events: readonly Event[];
  readonly end: string;
  /** Revision that a launch need not start again at the end. */
  readonly served: string | undefined;
}

const sequences: readonly Sequence[] = [
  {
    what: "needs no second instance of a revision that serves",
    events: [...serving, wanted("replace", "r2"), wanted("replace", "r1")],
    end: "ready 1/3 2:stopping r1",
    served: "r1",
  },
  {
    what: "completes a reload after a failure of the host",
    events: [...serving, reload, checked(2, "r1"), failed(2, "host"), over],
    end: "ready 1/3 - r1",
    served: undefined,
  },
  {
    what: "completes a reload after new code that fails is removed",
    events: [
      ...serving,
      wanted("replace", "r2"),
      failed(2, "check", "r2"),
      reload,
      failed(3, "check", "r2"),
      wanted("replace", "r1"),
    ],
    end: "ready 1/4 - r1",
    served: undefined,
  },
  {
    what: "completes a reload that new code interrupts and that is removed again",
    events: [...serving, reload, wanted("replace", "r2"), wanted("replace", "r1")],
    end: "ready 1/4 2:stopping,3:stopping r1",
    served: undefined,
  },
  {
    what: "completes a reload of a hung instance that recovers after a failure of the host",
    events: [
      ...serving,
      { type: "hung", id: 1, wellAtMs: 0, hang: hang("blocked") },
      reload,
      failed(3, "host"),
      { type: "recovered", id: 1 },
      over,
    ],
    end: "ready 1/4 2:stopping r1",
    served: undefined,
  },
  {
    what: "does not retry a reload that does not start",
    events: [...serving, reload, checked(2, "r1"), failed(2, "start"), over],
    end: "ready 1/- - r1",
    served: undefined,
  },
  {
    what: "has completed a reload when the new instance is ready",
    events: [...serving, reload, checked(2, "r1"), ready(2)],
    end: "ready 2/- 1:draining r1",
    served: "r1",
  },
];

for (const { what, events, end, served } of sequences) {
  Deno.test(`transition() ${what}`, () => {
    let state: FunctionState | undefined;
    let nextId = 1;
    for (const event of events) {
      const step = transition(state, event, { nowMs: 0, nextId, chance: 1 });
      for (const effect of step.effects) if (effect.type === "launch") nextId = effect.id + 1;
      state = step.state;
    }
    assert.equal(describeState(state), end);
    assert.equal(servedRevision(state), served);
  });
}
