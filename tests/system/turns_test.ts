import assert from "node:assert/strict";
import { createTurns } from "../../lib/system/turns.ts";

Deno.test("createTurns() runs tasks of one key in order, also after a failure", async () => {
  const turns = createTurns();
  const log: string[] = [];
  const first = Promise.withResolvers<void>();
  const all = [
    turns.run("a", async () => {
      await first.promise;
      log.push("first");
      throw new Error("failed");
    }).catch((error) => log.push(error.message)),
    turns.run("a", () => Promise.resolve(log.push("second"))),
    turns.run("b", () => Promise.resolve(log.push("other"))),
  ];
  await all[2];
  first.resolve();
  await Promise.all(all);
  assert.equal(log[0], "other");
  assert.ok(log.indexOf("first") < log.indexOf("second"), String(log));
  assert.ok(log.includes("failed"));
});
