import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { ConnectionSlot, ConnectionTable } from "../../lib/proxy/connection_table.ts";

/** A table with a clock of the test, and the connections that it has evicted. */
function openTable() {
  const clock = { nowMs: 0 };
  const table = new ConnectionTable(() => clock.nowMs);
  const evicted: string[] = [];
  const create = (name: string): ConnectionSlot =>
    new ConnectionSlot(table, (state) => evicted.push(`${state} ${name}`));
  const add = (name: string, maxConnections = Infinity): ConnectionSlot => {
    const slot = create(name);
    table.add(slot, maxConnections);
    return slot;
  };
  return { clock, table, evicted, create, add };
}

Deno.test("ConnectionTable.add() closes the oldest late head first", () => {
  const { clock, table, evicted, add } = openTable();
  add("one");
  clock.nowMs = 10;
  add("two").markWaiting(true);
  const idle = add("idle");
  idle.markBusy();
  idle.markWaiting(false);
  clock.nowMs = 2_000;
  for (const name of ["a", "b", "c"]) add(name, 3);
  deepEqual(evicted, ["unfinished one", "unfinished two", "idle idle"]);
  equal(table.size, 3);
});

Deno.test("ConnectionTable.add() closes idle connections before new ones", () => {
  const { clock, evicted, add } = openTable();
  for (const name of ["first", "second"]) {
    const slot = add(name);
    slot.markBusy();
    slot.markWaiting(false);
  }
  for (const name of ["a", "b", "c"]) add(name, 2);
  deepEqual(evicted, ["idle first", "idle second", "unfinished a"]);
  clock.nowMs = 1_000;
  add("d", 2);
  equal(evicted.at(-1), "unfinished b");
});

Deno.test("ConnectionTable.add() counts from the start of a head, not from its last byte", () => {
  const { clock, evicted, add } = openTable();
  const slow = add("slow");
  slow.markWaiting(true);
  clock.nowMs = 500;
  add("other");
  clock.nowMs = 1_500;
  slow.markWaiting(true);
  add("new", 2);
  deepEqual(evicted, ["unfinished slow"]);
});

Deno.test("ConnectionTable.add() returns false if all are busy, and closes none of them", () => {
  const { clock, table, evicted, add, create } = openTable();
  const busy = add("busy");
  busy.markBusy();
  clock.nowMs = 10_000;
  equal(table.add(create("new"), 1), false);
  deepEqual(evicted, []);
  busy.markWaiting(false);
  equal(table.add(create("new"), 1), true);
  deepEqual(evicted, ["idle busy"]);
});

Deno.test("ConnectionTable.add() closes two for each new one while above the limit", () => {
  const { table, evicted, add } = openTable();
  for (let count = 0; count < 10; count++) add(String(count));
  add("new", 4);
  equal(evicted.length, 2);
  equal(table.size, 9);
});

Deno.test("ConnectionSlot.markBusy() returns false after an eviction", () => {
  const { table, add } = openTable();
  const slot = add("old");
  add("new", 1);
  equal(slot.markBusy(), false);
  slot.markWaiting(true);
  slot.markIdle();
  slot.leave();
  equal(slot.state, "outside");
  equal(table.size, 1);
});

/** One event of one connection. */
const act = fc.record({
  kind: fc.constantFrom("add", "begin", "wait", "busy", "finish", "leave", "tick"),
  at: fc.nat(30),
});

Deno.test("ConnectionTable never closes a busy connection or counts one twice", () => {
  fc.assert(fc.property(fc.array(act, { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), run));

  function run(acts: readonly { kind: string; at: number }[], maxConnections: number): void {
    let nowMs = 0;
    const table = new ConnectionTable(() => nowMs);
    const slots: ConnectionSlot[] = [];
    for (const { kind, at } of acts) {
      const slot = slots[at % Math.max(1, slots.length)];
      const wasBusy = slots.filter(({ state }) => state === "busy");
      if (kind === "tick") nowMs += at * 100;
      else if (kind === "add") {
        const added = new ConnectionSlot(table, (state) => {
          ok(state === "idle" || state === "unfinished");
          equal(added.state, "outside");
        });
        const isIn = table.add(added, maxConnections);
        equal(isIn, added.state === "unfinished");
        ok(isIn || wasBusy.length >= maxConnections);
        slots.push(added);
        ok(wasBusy.every(({ state }) => state === "busy"));
      } else if (kind === "begin") slot?.markWaiting(true);
      else if (kind === "wait") slot?.markWaiting(false);
      else if (kind === "busy") slot?.markBusy();
      else if (kind === "finish") slot?.markIdle();
      else slot?.leave();
      equal(table.size, slots.filter(({ state }) => state !== "outside").length);
      ok(table.size <= maxConnections);
    }
    for (const slot of slots) slot.leave();
    equal(table.size, 0);
  }
});
