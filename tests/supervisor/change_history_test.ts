import assert from "node:assert/strict";
import { createAnnouncements } from "../../lib/history/announcements.ts";
import type { Change } from "../../lib/history/change.ts";
import { putChange } from "../../lib/history/change_list.ts";
import type { ChangeStore } from "../../lib/history/change_store.ts";
import type { Origin } from "../../lib/history/origin.ts";
import {
  type ChangeHistory,
  createChangeHistory,
  type NotedRun,
} from "../../lib/supervisor/change_history.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import type { Event } from "../../lib/supervisor/step.ts";
import { transition } from "../../lib/supervisor/transition.ts";
import { change } from "../history/changes.ts";
import { failure } from "./function_states.ts";

/** A store in memory, of one function. */
interface MemoryStore extends ChangeStore {
  changes: readonly Change[];
}

function memoryStore(changes: readonly Change[] = []): MemoryStore {
  const store: MemoryStore = {
    changes,
    list: () => Promise.resolve(store.changes),
    put(_name, change) {
      store.changes = putChange(store.changes, change);
      return Promise.resolve();
    },
    update(name, choose) {
      const change = choose(store.changes);
      return change === undefined ? Promise.resolve() : store.put(name, change);
    },
    forget() {
      store.changes = [];
      return Promise.resolve();
    },
    saved: () => Promise.resolve(),
  };
  return store;
}

/** A function `a` that lives by the real transitions, and its history. */
interface Life {
  readonly history: ChangeHistory;
  readonly store: MemoryStore;
  readonly announce: (origin: Origin) => void;
  /** Sends an event, a second later. */
  readonly send: (event: Event, origin?: Origin) => void;
}

function live(changes: readonly Change[] = []): Life {
  const store = memoryStore(changes);
  const announcements = createAnnouncements();
  let nowMs = 0;
  const history = createChangeHistory({
    store,
    announcements,
    now: () => ({ atMs: 1_000_000 + nowMs, nowMs }),
  });
  let state: FunctionState | undefined;
  let nextId = 1;
  return {
    history,
    store,
    announce: (origin) => announcements.announce("a", origin),
    send(event, origin) {
      nowMs += 1_000;
      const before = state;
      const step = transition(before, event, { nowMs, nextId, chance: 0.5 });
      state = step.state;
      for (const effect of step.effects) if (effect.type === "launch") nextId = effect.id + 1;
      history.note("a", { before, after: state, event, origin });
    },
  };
}

const start = (revision: string): Event => desired("start", revision);
const replace = (revision: string): Event => desired("replace", revision);
const ready = (id: number): Event => ({ type: "ready", id, upstream: "10.0.0.1:8000" });
const idle = (id: number): Event => ({ type: "registered", id });
const served = (id: number): Event => ({ type: "registered", id, isServed: true });
const stop: Event = { type: "stop", name: "a" };
const reload: Event = { type: "reload" };
const over: Event = { type: "backoff-over" };
const pause: Event = { type: "stop-by-hand", stop: { sinceMs: 0, page: undefined } };
const resume: Event = { type: "start-by-hand" };

const checked = (id: number, revision: string): Event => ({
  type: "checked",
  id,
  revision: revision.repeat(64),
});

const failed = (id: number, stage: "check" | "start" | "host", revision: string): Event => ({
  type: "failed",
  id,
  failure: failure(stage, { revision: revision.repeat(64), detail: "\nTS2322 wrong\nat x" }),
});

function desired(type: "start" | "replace", revision: string): Event {
  return { type, name: "a", desired: { directory: "/f/a", revision: revision.repeat(64) } };
}

const told = (changes: readonly Change[]): string =>
  changes.map(({ by, result, revision, commit, stage }) =>
    [by, stage ?? result, revision?.[0] ?? "-", ...(commit ? [commit] : [])].join(" ")
  ).join(", ");

/** An event, with the origin of its request; or an announcement before the next event. */
type Step = Event | readonly [Event, Origin] | { readonly announced: Origin };

const deploy: Origin = { by: "deploy", commit: "0123abc" };

const rows: readonly {
  readonly what: string;
  readonly known?: readonly Change[];
  readonly steps: readonly Step[];
  readonly changes: string;
}[] = [
  { what: "a new folder", steps: [start("a"), ready(1)], changes: "add ready a" },
  {
    what: "an edit, with the revision that its check found",
    steps: [start("a"), ready(1), replace("b"), checked(2, "c"), ready(2)],
    changes: "add ready a, edit ready c",
  },
  {
    what: "an edit of a function that is idle",
    steps: [start("a"), idle(1), replace("b"), idle(2)],
    changes: "add idle a, edit idle b",
  },
  {
    what: "a start of an idle function, and an exit, which are no changes",
    steps: [
      start("a"),
      idle(1),
      { type: "wanted" },
      ready(2),
      { type: "exited", id: 2, failure: failure("exit") },
      over,
      ready(3),
    ],
    changes: "add idle a",
  },
  {
    what: "a failed check while the old code serves",
    steps: [start("a"), ready(1), replace("b"), failed(2, "check", "b")],
    changes: "add ready a, edit check b",
  },
  {
    what: "a start that fails twice and then succeeds",
    steps: [start("a"), failed(1, "start", "a"), over, failed(2, "start", "a"), over, ready(3)],
    changes: "add ready a",
  },
  {
    what: "a failure that nobody corrects before the next edit",
    steps: [start("a"), failed(1, "start", "a"), replace("b"), ready(2)],
    changes: "add start a, edit ready b",
  },
  {
    what: "an edit before the one before is ready",
    steps: [start("a"), ready(1), replace("b"), replace("c"), ready(3)],
    changes: "add ready a, edit replaced b, edit ready c",
  },
  {
    what: "a deploy, and an edit that nobody announced",
    steps: [
      start("a"),
      ready(1),
      { announced: deploy },
      replace("b"),
      ready(2),
      replace("c"),
      ready(3),
    ],
    changes: "add ready a, deploy ready b 0123abc, edit ready c",
  },
  {
    what: "a folder that a snapshot stands in for",
    steps: [
      start("a"),
      ready(1),
      replace("b"),
      { ...ready(2), folderFailure: failure("check", { revision: "b".repeat(64) }) } as Event,
    ],
    changes: "add ready a, edit check b",
  },
  {
    what: "new code that fails before a snapshot of the former one starts",
    steps: [
      start("a"),
      idle(1),
      replace("b"),
      checked(2, "b"),
      checked(2, "a"),
      { ...ready(2), folderFailure: failure("check", { revision: "b".repeat(64) }) } as Event,
    ],
    changes: "add idle a, edit check b",
  },
  {
    what: "an edit that changes nothing that runs",
    steps: [start("a"), ready(1), replace("b"), checked(2, "a"), served(2)],
    changes: "add ready a, edit ready a",
  },
  {
    what: "a reload, variables and the configuration",
    steps: [
      start("a"),
      ready(1),
      [reload, { by: "reload" }],
      ready(2),
      [reload, { by: "env" }],
      ready(3),
      [reload, { by: "config" }],
      ready(4),
    ],
    changes: "add ready a, reload ready a, env ready a, config ready a",
  },
  {
    what: "a stop and a start by hand",
    steps: [start("a"), ready(1), [pause, { by: "stop" }], [pause, { by: "stop" }], [resume, {
      by: "start",
    }], ready(2)],
    changes: "add ready a, stop stopped a, start ready a",
  },
  {
    what: "new code and a rollback of a stopped function",
    steps: [
      start("a"),
      ready(1),
      [pause, { by: "stop" }],
      replace("b"),
      { announced: { by: "rollback", revision: "c".repeat(64) } },
      replace("a"),
    ],
    changes: "add ready a, stop stopped a, edit stopped b, rollback stopped c",
  },
  {
    what: "a stop in the middle of a start",
    steps: [start("a"), [pause, { by: "stop" }]],
    changes: "add replaced a, stop stopped a",
  },
  {
    what: "a removed folder that comes back",
    steps: [
      start("a"),
      ready(1),
      stop,
      { type: "closed", id: 1 },
      start("a"),
      ready(2),
    ],
    changes: "add ready a, remove removed a, add ready a",
  },
  {
    what: "a failed add that is undone",
    steps: [
      start("a"),
      ready(1),
      { announced: { by: "add" } },
      replace("b"),
      failed(2, "start", "b"),
      { announced: { by: "undo" } },
      replace("a"),
      served(3),
    ],
    changes: "add ready a, add start b, undo ready a",
  },
  {
    what: "a restart of ddsrv with the same code",
    known: [change("a", { by: "deploy" })],
    steps: [start("a"), ready(1)],
    changes: "deploy ready a",
  },
  {
    what: "a restart of ddsrv with a start that fails",
    known: [change("a", { by: "deploy" })],
    steps: [start("a"), failed(1, "start", "a"), over, ready(2)],
    changes: "deploy ready a",
  },
  {
    what: "a restart of ddsrv after the folder has changed",
    known: [change("a", { by: "deploy" })],
    steps: [start("b"), ready(1), replace("c"), ready(2)],
    changes: "deploy ready a, edit ready b, edit ready c",
  },
  {
    what: "a restart of ddsrv that makes failed code ready",
    known: [change("a"), change("b", { by: "deploy", result: "failed", stage: "host" })],
    steps: [start("b"), ready(1)],
    changes: "edit ready a, deploy ready b",
  },
  {
    what: "a restart of ddsrv with code that fails again",
    known: [change("a"), change("b", { by: "deploy", result: "failed", stage: "check" })],
    steps: [start("b"), failed(1, "check", "b")],
    changes: "edit ready a, deploy check b",
  },
  {
    what: "a restart of ddsrv that was killed during a deploy",
    known: [change("a"), change("b", { ...deploy, revision: undefined, result: "interrupted" })],
    steps: [start("b"), ready(1)],
    changes: "edit ready a, deploy ready b 0123abc",
  },
  {
    what: "a restart of ddsrv that was killed during a deploy, which was undone then",
    known: [change("a"), change("b", { ...deploy, revision: undefined, result: "interrupted" })],
    steps: [start("a"), ready(1)],
    changes: "edit ready a, deploy interrupted - 0123abc",
  },
  {
    what: "a restart of ddsrv after a run of a schedule that it has interrupted",
    known: [
      change("a", { by: "deploy" }),
      change("a", { by: "schedule", revision: undefined, subject: "b", result: "interrupted" }),
    ],
    steps: [start("a"), ready(1)],
    changes: "deploy ready a, schedule interrupted -",
  },
  {
    what: "a restart of ddsrv with a function that is stopped by hand",
    known: [change("a"), change("a", { by: "stop", result: "stopped" })],
    steps: [
      {
        type: "start",
        name: "a",
        desired: {
          directory: "/f/a",
          revision: "a".repeat(64),
          stoppedByHand: { sinceMs: 0, page: undefined },
        },
      },
      [resume, { by: "start" }],
      ready(1),
    ],
    changes: "edit ready a, stop stopped a, start ready a",
  },
  {
    what: "a folder that comes back after ddsrv has removed it and restarted",
    known: [change("a"), change("a", { by: "remove", result: "removed" })],
    steps: [start("a"), ready(1)],
    changes: "edit ready a, remove removed a, add ready a",
  },
];

for (const { what, known = [], steps, changes } of rows) {
  Deno.test(`createChangeHistory() records ${what}`, () => {
    const { send, announce, store } = live(known);
    for (const step of steps) {
      if ("announced" in step) announce(step.announced);
      else if ("type" in step) send(step);
      else send(...step);
    }
    assert.equal(told(store.changes), changes);
  });
}

Deno.test("createChangeHistory() records times, the user and the first line of the diagnostics", () => {
  const { send, announce, store } = live();
  announce({ ...deploy, user: { uid: 0, name: "root" } });
  send(start("a"));
  send(checked(1, "a"));
  send(failed(1, "check", "a"));
  const [{ id: _, ...recorded }] = store.changes as [Change];
  assert.deepEqual(recorded, {
    ...deploy,
    user: { uid: 0, name: "root" },
    atMs: 1_001_000,
    durationMs: 2_000,
    result: "failed",
    revision: "a".repeat(64),
    stage: "check",
    reason: `${failure("check").reason}: TS2322 wrong`,
  });
});

Deno.test("createChangeHistory() lists a change that goes on, and what interrupts it", async () => {
  const { send, history, store } = live();
  const list = async (): Promise<string[]> =>
    (await history.list("a")).map(({ change, isPending }) =>
      `${told([change])}${isPending ? " pending" : ""}`
    );
  send(start("a"));
  assert.deepEqual(await list(), ["add interrupted - pending"]);
  send(ready(1));
  send(replace("b"));
  assert.deepEqual(await list(), ["add ready a", "edit interrupted - pending"]);
  history.end();
  send(ready(2));
  send(stop);
  assert.equal(told(store.changes), "add ready a, edit interrupted -");
});

Deno.test("createChangeHistory() writes a deploy before its result is known", () => {
  const { send, announce, store } = live([change("a")]);
  announce(deploy);
  send(start("b"));
  assert.equal(told(store.changes), "edit ready a, deploy interrupted - 0123abc");
  send(ready(1));
  assert.equal(told(store.changes), "edit ready a, deploy ready b 0123abc");
});

Deno.test("createChangeHistory() adds nothing to a history that was removed with the data", async () => {
  const { send, store } = live();
  send(start("a"));
  send(ready(1));
  await store.forget("a");
  send(stop);
  assert.deepEqual(store.changes, []);
});

Deno.test("createChangeHistory() keeps nothing of a start or a run that a removal interrupts", async () => {
  const { send, announce, store, history } = live([change("a")]);
  announce(deploy);
  send(start("b"));
  await store.forget("a");
  send(stop);
  assert.deepEqual(store.changes, []);
  history.noteRun("a", "report", {
    startedAtMs: 1_000,
    durationMs: 1,
    isManual: false,
    result: "interrupted",
  });
  assert.deepEqual(store.changes, []);
});

Deno.test("createChangeHistory() records runs by hand, and runs with another result than before", () => {
  const { history, store } = live([change("a")]);
  const run = (result: "ok" | "failed", part: Partial<NotedRun> = {}): void =>
    history.noteRun("a", "report", {
      startedAtMs: 1_000,
      durationMs: 1.5,
      isManual: false,
      result,
      ...result === "ok" ? {} : { reason: "status 500" },
      ...part,
    });
  const results = (): string =>
    store.changes.slice(1).map(({ by, subject, result, reason = "-" }) =>
      [by, subject, result, reason].join(" ")
    ).join(", ");
  run("ok");
  assert.equal(results(), "");
  run("failed");
  run("failed");
  run("ok");
  run("ok");
  const begun = "schedule report failed status 500, schedule report ok -";
  assert.equal(results(), begun);
  const user = { uid: 0, name: "root" };
  run("ok", { isManual: true, user });
  assert.equal(results(), `${begun}, schedule report ok -`);
  assert.deepEqual(store.changes.at(-1)!.user, user);
  assert.equal(store.changes.at(-1)!.durationMs, 2);
  // After a restart, the last recorded result counts.
  const again = live(store.changes);
  const later = { startedAtMs: 1, durationMs: 1, isManual: false } as const;
  again.history.noteRun("a", "report", { ...later, result: "ok" });
  assert.equal(again.store.changes.length, 4);
});
