import assert from "node:assert/strict";
import { createRunUsers } from "../../lib/supervisor/run_users.ts";

const ann = { uid: 1, name: "ann" };
const bob = { uid: 2, name: "bob" };

Deno.test("createRunUsers() keeps the user of a run while others ask for this and other schedules", async () => {
  const users = createRunUsers();
  const report = { name: "shop", schedule: "report" };
  const clean = { name: "shop", schedule: "clean" };
  const end = Promise.withResolvers<void>();
  const running = users.during({ ...report, user: ann }, () => end.promise);
  await users.during({ ...report, user: bob }, () => Promise.resolve("running"));
  assert.deepEqual(users.of(report), ann);
  await users.during({ ...clean, user: bob }, () => {
    assert.deepEqual(users.of(clean), bob);
    return Promise.resolve();
  });
  assert.deepEqual(users.of(report), ann);
  end.resolve();
  await running;
  assert.equal(users.of(report), undefined);
  await assert.rejects(users.during({ ...clean, user: bob }, () => Promise.reject(new Error("x"))));
  assert.equal(users.of(clean), undefined);
});
