import { deepEqual, equal } from "node:assert/strict";
import { createLineTurns } from "../../lib/process/line_turns.ts";

Deno.test("createLineTurns() lets a number of lines pass a turn, then the others in their order", async () => {
  const due: (() => void)[] = [];
  const turns = createLineTurns(2, (turn) => void due.push(turn));
  const passed: number[] = [];
  const entered = Array.from({ length: 5 }, async (_, index) => {
    await turns.enter();
    passed.push(index);
  });
  const next = async (): Promise<void> => {
    equal(due.length, 1, "one turn is due at a time");
    due.shift()!();
    await Promise.resolve();
    await Promise.resolve();
  };
  await Promise.all(entered.slice(0, 2));
  deepEqual(passed, [0, 1]);
  await next();
  deepEqual(passed, [0, 1, 2, 3]);
  // A new one does not pass those that wait.
  const late = turns.enter();
  void late?.then(() => passed.push(5));
  equal(late === undefined, false);
  await next();
  deepEqual(passed, [0, 1, 2, 3, 4, 5]);
  await Promise.all(entered);
  // Nobody waits: the next turn only makes room.
  await next();
  equal(due.length, 0);
  equal(turns.enter(), undefined);
});
