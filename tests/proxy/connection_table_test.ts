import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { ConnectionSlot, ConnectionTable, type Places } from "../../lib/proxy/connection_table.ts";
import { PeerPlaces } from "../../lib/proxy/peer_places.ts";

/** A table with a clock of the test, and the connections that it has evicted. */
function openTable() {
  const clock = { nowMs: 0 };
  const table = new ConnectionTable(() => clock.nowMs);
  const evicted: string[] = [];
  const create = (name: string, peer = new PeerPlaces<ConnectionSlot>()): ConnectionSlot =>
    new ConnectionSlot({
      table,
      peer,
      evict: (state, cause) =>
        evicted.push(`${state} ${name}${cause === "full" ? "" : `, ${cause}`}`),
    });
  const add = (
    name: string,
    { most = Infinity, peer }: { readonly most?: number; readonly peer?: Places } = {},
  ): ConnectionSlot => {
    const slot = create(name, peer);
    table.add(slot, most);
    return slot;
  };
  const addIdle = (name: string, peer?: Places): ConnectionSlot => {
    const slot = add(name, { ...peer && { peer } });
    slot.markBusy();
    slot.markWaiting(false);
    return slot;
  };
  const addBusy = (name: string, peer?: Places): ConnectionSlot => {
    const slot = add(name, { ...peer && { peer } });
    slot.markBusy();
    return slot;
  };
  return { clock, table, evicted, create, add, addIdle, addBusy };
}

Deno.test("ConnectionTable.add() closes the longest unused of many peers; a head has a second", () => {
  const { clock, table, evicted, add, addIdle } = openTable();
  const at = (nowMs: number): void => void (clock.nowMs = nowMs);
  addIdle("idle at 0");
  at(10);
  add("head at 10").markWaiting(true);
  at(900);
  addIdle("idle at 900");
  at(1_500);
  addIdle("idle at 1500");
  at(2_000);
  for (const name of ["a", "b", "c", "d"]) add(name, { most: 4 });
  deepEqual(evicted, [
    "idle idle at 0",
    "idle idle at 900",
    "unfinished head at 10",
    "idle idle at 1500",
  ]);
  equal(table.size, 4);
});

Deno.test("ConnectionTable.add() counts from the start of a head, not from its last byte", () => {
  const { clock, evicted, add } = openTable();
  const slow = add("slow");
  slow.markWaiting(true);
  clock.nowMs = 500;
  add("other");
  clock.nowMs = 1_500;
  slow.markWaiting(true);
  add("new", { most: 2 });
  deepEqual(evicted, ["unfinished slow"]);
});

Deno.test("ConnectionTable.add() closes those of the peer that has most: idle ones, then late heads", () => {
  const { clock, table, evicted, add, addIdle, addBusy } = openTable();
  const [heavy, light] = [new PeerPlaces<ConnectionSlot>(), new PeerPlaces<ConnectionSlot>()];
  for (let index = 0; index < 4; index++) addIdle(`light ${index}`, light);
  clock.nowMs = 10_000;
  addBusy("heavy busy", heavy);
  for (let index = 0; index < 6; index++) add(`heavy head ${index}`, { peer: heavy });
  for (let index = 0; index < 3; index++) addIdle(`heavy idle ${index}`, heavy);
  const most = table.size;
  for (let index = 0; index < 4; index++) add(`new ${index}`, { most });
  deepEqual(evicted, [
    "idle heavy idle 0",
    "idle heavy idle 1",
    // Now it has as few as others, so those count that have been unused the longest.
    "idle light 0",
    "idle light 1",
  ]);
});

Deno.test("ConnectionTable.add() uses the least recently used idle connection of a peer first", () => {
  const { table, evicted, add, addIdle } = openTable();
  const heavy = new PeerPlaces<ConnectionSlot>();
  const slots = Array.from({ length: 12 }, (_, index) => addIdle(String(index), heavy));
  for (const index of [0, 2]) {
    slots[index]!.markBusy();
    slots[index]!.markWaiting(false);
  }
  for (let index = 0; index < 3; index++) add("new", { most: table.size });
  deepEqual(evicted, ["idle 1", "idle 3", "idle 4"]);
});

Deno.test("ConnectionTable.add() lets no other peer give way to the one that has most", () => {
  const { table, evicted, add, create, addIdle, addBusy } = openTable();
  const heavy = new PeerPlaces<ConnectionSlot>();
  for (let index = 0; index < 20; index++) addBusy(`heavy ${index}`, heavy);
  addIdle("other");
  equal(table.add(create("refused", heavy), table.size), false);
  deepEqual(evicted, []);
  equal(heavy.size, 20);
  const idle = addIdle("heavy idle", heavy);
  equal(table.add(create("taken", heavy), table.size), true);
  deepEqual([evicted, idle.state], [["idle heavy idle"], "outside"]);
  // A peer with fewer gets the place of the other one, because all of the heavy one are busy.
  add("taken too", { most: 1, peer: heavy });
  evicted.length = 0;
  equal(table.add(create("light"), table.size), true);
  equal(evicted.length, 1);
});

Deno.test("ConnectionTable.add() counts each connection of a trusted proxy singly", () => {
  const { clock, table, evicted, add, addIdle } = openTable();
  const [trusted, other] = [new PeerPlaces<ConnectionSlot>(true), new PeerPlaces<ConnectionSlot>()];
  for (let index = 0; index < 50; index++) addIdle(`trusted ${index}`, trusted);
  clock.nowMs = 100;
  for (let index = 0; index < 10; index++) addIdle(`other ${index}`, other);
  const most = table.size;
  for (let index = 0; index < 4; index++) add("new", { most });
  deepEqual(evicted, ["idle other 0", "idle other 1", "idle trusted 0", "idle trusted 1"]);
});

Deno.test("ConnectionTable.add() returns false if all are busy, and closes none of them", () => {
  const { clock, table, evicted, addBusy, create } = openTable();
  const busy = addBusy("busy");
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
  add("new", { most: 4 });
  equal(evicted.length, 2);
  equal(table.size, 9);
});

Deno.test("ConnectionTable.exchange() closes the first of one peer each 10 ms, and none that is busy", () => {
  const { clock, table, evicted, add, addIdle, addBusy } = openTable();
  const peer = new PeerPlaces<ConnectionSlot>();
  addIdle("other");
  add("head", { peer });
  addBusy("busy", peer);
  addIdle("idle", peer);
  const answers = [0, 9, 10, 19, 20, 30].map((nowMs) => {
    clock.nowMs = nowMs;
    return table.exchange(peer);
  });
  deepEqual(answers, [true, false, true, false, false, false]);
  deepEqual(evicted, ["idle idle, share", "unfinished head, share"]);
  deepEqual([peer.size, table.size], [1, 2]);
});

Deno.test("ConnectionSlot.markBusy() returns false after an eviction", () => {
  const { table, add } = openTable();
  const slot = add("old");
  add("new", { most: 1 });
  equal(slot.markBusy(), false);
  slot.markWaiting(true);
  slot.markIdle();
  slot.leave();
  equal(slot.state, "outside");
  equal(table.size, 1);
});

/** One event of one connection. */
const act = fc.record({
  kind: fc.constantFrom("add", "add", "begin", "wait", "busy", "finish", "leave", "tick"),
  at: fc.nat(60),
  // Most connections are of one peer.
  peer: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(3) }),
});

Deno.test("ConnectionTable chooses as a search through all connections would", () => {
  const most = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(fc.array(act, { maxLength: 300 }), most, run), { numRuns: 300 });

  function run(
    acts: readonly { kind: string; at: number; peer: number }[],
    maxConnections: number,
  ): void {
    let nowMs = 0;
    let evicted: ConnectionSlot | undefined;
    const table = new ConnectionTable(() => nowMs);
    const peers = [false, false, false, true].map((isExempt) =>
      new PeerPlaces<ConnectionSlot>(isExempt)
    );
    const slots: ConnectionSlot[] = [];
    const inside = (): ConnectionSlot[] => slots.filter(({ state }) => state !== "outside");
    const weightOf = (peer: Places, more = 0): number =>
      peer === peers[3]
        ? 8
        : Math.max(8, more + inside().filter((one) => one.peer === peer).length);

    /** The rule, in the plainest words. */
    function expected(newcomer: Places): ConnectionSlot | undefined {
      const firsts = peers.flatMap((peer) => {
        const own = inside().filter((slot) => slot.peer === peer);
        const waiting = (["idle", "unfinished"] as const)
          .map((state) => own.filter((slot) => slot.state === state))
          .find((some) => some.length > 0);
        return waiting?.toSorted((a, b) => a.sinceMs - b.sinceMs)[0] ?? [];
      });
      const unusedFrom = ({ state, sinceMs }: ConnectionSlot): number =>
        sinceMs + (state === "idle" ? 0 : 1_000);
      const [first] = firsts.toSorted((a, b) =>
        weightOf(b.peer) - weightOf(a.peer) || unusedFrom(a) - unusedFrom(b)
      );
      if (first !== undefined && weightOf(first.peer) >= weightOf(newcomer, 1)) return first;
      return firsts.find((slot) => slot.peer === newcomer);
    }

    for (const { kind, at, peer } of acts) {
      const slot = slots[at % Math.max(1, slots.length)];
      // Times differ, so that the choice is one.
      nowMs++;
      if (kind === "tick") nowMs += at * 100;
      else if (kind === "add") {
        const isFull = table.size >= maxConnections;
        const wanted = isFull ? expected(peers[peer]!) : undefined;
        evicted = undefined;
        const added = new ConnectionSlot({
          table,
          peer: peers[peer]!,
          evict(state) {
            ok(state === "idle" || state === "unfinished");
            equal(added.state, "outside");
            equal(evicted, undefined);
            evicted = added;
          },
        });
        equal(table.add(added, maxConnections), !isFull || wanted !== undefined);
        equal(evicted, wanted);
        slots.push(added);
      } else if (kind === "begin") slot?.markWaiting(true);
      else if (kind === "wait") slot?.markWaiting(false);
      else if (kind === "busy") slot?.markBusy();
      else if (kind === "finish") slot?.markIdle();
      else slot?.leave();
      equal(table.size, inside().length);
      for (const one of peers) equal(one.size, inside().filter((it) => it.peer === one).length);
      ok(table.size <= maxConnections);
    }
    for (const slot of slots) slot.leave();
    deepEqual([table.size, ...peers.map(({ size, next }) => size + Number(next !== undefined))], [
      0,
      0,
      0,
      0,
      0,
    ]);
  }
});
