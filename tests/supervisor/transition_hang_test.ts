import assert from "node:assert/strict";
import { type FunctionState, reasonOf } from "../../lib/supervisor/state.ts";
import type { Event } from "../../lib/supervisor/step.ts";
import { transition } from "../../lib/supervisor/transition.ts";
import {
  describeState,
  failure,
  functionState,
  hang,
  readyInstance,
  wanted,
} from "./function_states.ts";

const start = wanted("start", "r1");
const ready = (id: number, folderFailure?: string): Event => ({
  type: "ready",
  id,
  upstream: `10.0.0.${id}:8000`,
  ...(folderFailure === undefined
    ? {}
    : { folderFailure: failure("check", { revision: folderFailure }) }),
});
const checked = (id: number, revision: string): Event => ({ type: "checked", id, revision });
const hung = (id: number, wellAtMs = 0, cause: "blocked" | "unhealthy" = "blocked"): Event => ({
  type: "hung",
  id,
  wellAtMs,
  hang: hang(cause),
});
const recovered = (id: number): Event => ({ type: "recovered", id });
const failed = (id: number, stage: "check" | "start" | "host", revision = "r1"): Event => ({
  type: "failed",
  id,
  failure: failure(stage, { revision }),
});
const over: Event = { type: "backoff-over" };

/** An event, the expected effects, and its time if that matters. */
type Row = readonly [event: Event, effects: string, atMs?: number];

interface Sequence {
  readonly what: string;
  readonly rows: readonly Row[];
  readonly end: string;
  readonly also?: Partial<FunctionState>;
  readonly reason?: string;
}

const serving: readonly Row[] = [[start, "open 1"], [checked(1, "r1"), ""], [ready(1), ""]];
const replaced: readonly Row[] = [
  ...serving,
  [hung(1), "open 2 forced"],
  [checked(2, "r1"), ""],
  [ready(2), "close 1 hung"],
];

const sequences: readonly Sequence[] = [
  {
    what: "replaces a hung instance at once with its own revision",
    rows: [...serving, [hung(1), "open 2 forced"]],
    end: "hung 1/2 - r1",
    also: { restarts: 1, failure: undefined },
    reason: "It is blocked",
  },
  {
    what: "closes an instance with a blocked event loop without a drain once another is ready",
    rows: replaced,
    end: "ready 2/- 1:draining r1",
    also: { restarts: 1 },
  },
  {
    what: "drains an unhealthy instance",
    rows: [
      ...serving,
      [hung(1, 0, "unhealthy"), "open 2 forced"],
      [ready(2), "close 1 replaced"],
    ],
    end: "ready 2/- 1:draining r1",
  },
  {
    what: "waits longer before it replaces an instance that hangs again",
    rows: [
      ...replaced,
      [hung(2), ""],
      [over, "open 3 forced"],
      [checked(3, "r1"), ""],
      [ready(3), "close 2 hung"],
      [hung(3), ""],
    ],
    end: "hung 3/- 1:draining,2:draining r1",
    also: { restarts: 3, backoff: { attempts: 3, delayMs: 400, untilMs: 400 } },
  },
  {
    what: "replaces an instance at once if it was well for a minute",
    rows: [...replaced, [hung(2, 60_000), "open 3 forced", 130_000]],
    end: "hung 2/3 1:draining r1",
  },
  {
    what: "does not count the time until a hang is detected as service",
    rows: [...replaced, [hung(2, 59_999), "", 130_000]],
    end: "hung 2/- 1:draining r1",
  },
  {
    what: "retries a replacement that does not start, and reports both failures",
    rows: [...serving, [hung(1), "open 2 forced"], [failed(2, "start"), ""], [
      over,
      "open 3 forced",
    ]],
    end: "hung 1/3 - r1",
    also: { restarts: 2 },
    reason: "It is blocked. Its replacement failed: No start",
  },
  {
    what: "keeps a hung instance when new code fails",
    rows: [
      ...serving,
      [hung(1), "open 2 forced"],
      [wanted("replace", "r2"), "close 2 stopped, open 3"],
      [failed(3, "check", "r2"), ""],
      [over, ""],
    ],
    end: "hung 1/- 2:stopping r2",
  },
  {
    what: "waits for new code when an instance hangs meanwhile",
    rows: [...serving, [wanted("replace", "r2"), "open 2"], [hung(1), ""], [
      ready(2),
      "close 1 hung",
    ]],
    end: "ready 2/- 1:draining r2",
    also: { restarts: 1 },
  },
  {
    what: "replaces an instance that hangs just after its revision needed no second start",
    rows: [
      ...serving,
      [wanted("replace", "r2"), "open 2"],
      [failed(2, "check", "r2"), ""],
      [wanted("replace", "r1"), "open 3"],
      [hung(1), ""],
      [{ type: "registered", id: 3, isServed: true }, ""],
      [over, "open 4 forced"],
    ],
    end: "hung 1/4 - r1",
    also: { failure: undefined },
  },
  {
    what: "retries a hung instance when its new code fails to start",
    rows: [
      ...serving,
      [wanted("replace", "r2"), "open 2"],
      [hung(1), ""],
      [failed(2, "start", "r2"), ""],
      [over, "open 3 forced"],
    ],
    end: "hung 1/3 - r2",
  },
  {
    what: "replaces a hung instance with a snapshot when the folder's revision fails",
    rows: [
      ...serving,
      [wanted("replace", "r2"), "open 2"],
      [failed(2, "check", "r2"), ""],
      [hung(1), "open 3 forced"],
      [ready(3, "r2"), "close 1 hung"],
    ],
    end: "ready 3/- 1:draining r2",
    also: { failure: failure("check", { revision: "r2" }) },
  },
  {
    what: "keeps an instance that recovers before its replacement starts",
    rows: [...replaced, [hung(2), ""], [recovered(2), ""], [over, ""]],
    end: "ready 2/- 1:draining r1",
    also: { restarts: 2 },
  },
  {
    what: "drops the failure of a replacement when the instance recovers",
    rows: [...serving, [hung(1), "open 2 forced"], [failed(2, "start"), ""], [recovered(1), ""]],
    end: "ready 1/- - r1",
    also: { failure: undefined },
  },
  {
    what: "retries new code that the host failed to start when the instance recovers",
    rows: [
      ...serving,
      [hung(1), "open 2 forced"],
      [checked(2, "r2"), ""],
      // The host's failure names the revision that was requested before the check.
      [failed(2, "host", "r1"), ""],
      [recovered(1), ""],
      [over, "open 3"],
    ],
    end: "ready 1/3 - r2",
    also: { failure: failure("host", { revision: "r1" }) },
  },
  {
    what: "completes a replacement when the instance recovers meanwhile",
    rows: [...serving, [hung(1), "open 2 forced"], [recovered(1), ""], [
      ready(2),
      "close 1 replaced",
    ]],
    end: "ready 2/- 1:draining r1",
  },
  {
    what: "ignores a second report of the same hang",
    rows: [...serving, [hung(1), "open 2 forced"], [hung(1), ""]],
    end: "hung 1/2 - r1",
    also: { restarts: 1 },
  },
  {
    what: "ignores a hang of a leaving or unknown instance",
    rows: [...replaced, [hung(1), ""], [hung(7), ""], [recovered(2), ""], [recovered(7), ""]],
    end: "ready 2/- 1:draining r1",
    also: { restarts: 1 },
  },
  {
    what: "restarts a hung instance that exits",
    rows: [
      ...replaced,
      [hung(2), ""],
      [{ type: "exited", id: 2, failure: failure("exit") }, "close 2 stopped"],
      [over, "open 3"],
    ],
    end: "checking -/3 1:draining,2:stopping r1",
  },
  {
    what: "does not drain a hung instance of a removed function",
    rows: [...serving, [hung(1), "open 2 forced"], [
      { type: "stop", name: "a" },
      "close 2 stopped, close 1 hung",
    ]],
    end: "draining -/- 2:stopping,1:draining r1",
  },
];

for (const { what, rows, end, also = {}, reason } of sequences) {
  Deno.test(`transition() ${what}`, () => {
    let state: FunctionState | undefined;
    let nextId = 1;
    for (const [event, effects, atMs = 0] of rows) {
      const step = transition(state, event, { nowMs: atMs, nextId, chance: 1 });
      const done = step.effects.map((effect) => {
        if (effect.type === "close") return `close ${effect.id} ${effect.because}`;
        nextId = effect.id + 1;
        return `open ${effect.id}${effect.isForced ? " forced" : ""}`;
      });
      assert.equal(done.join(", "), effects, JSON.stringify(event));
      state = step.state;
    }
    assert.equal(describeState(state), end);
    for (const [key, value] of Object.entries(also)) {
      assert.deepEqual(state![key as keyof FunctionState], value, key);
    }
    if (reason !== undefined) assert.equal(reasonOf(state!), reason);
  });
}

Deno.test("reasonOf() prefers a hang to an earlier failure", () => {
  const failing = failure("check", { atMs: 1 });
  const state = (atMs: number): FunctionState =>
    functionState({
      failure: failing,
      serving: { ...readyInstance(1), hang: { ...hang("blocked"), atMs } },
    });
  assert.equal(reasonOf(state(2)), "It is blocked");
  assert.equal(reasonOf(state(1)), "It is blocked. Its replacement failed: No check");
  assert.equal(reasonOf(functionState({ failure: failing })), "No check");
  assert.equal(reasonOf(functionState()), undefined);
});
