import assert from "node:assert/strict";
import { lockPlace } from "../../../cli/commands/add/lock_place.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("lockPlace() waits for the lock of one name, and leaves nothing behind", async () => {
  await using directory = await temporaryDirectory();
  const { signal } = new AbortController();
  let waits = 0;
  const options = {
    owner: "a1b2c3",
    lockDirectory: directory.at("locks"),
    name: "shop",
    onWait: () => waits++,
    signal,
  };
  const first = await lockPlace(options);
  const other = await lockPlace({ ...options, name: "other" });
  assert.equal(waits, 0);
  const second = lockPlace(options);
  await assert.rejects(lockPlace({ ...options, timeoutMs: 0 }), /has not ended for 0 s/);
  await assert.rejects(
    lockPlace({ ...options, signal: AbortSignal.abort(new Error("interrupted")) }),
    /interrupted/,
  );
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  other[Symbol.dispose]();
  assert.equal(waits, 3);
  assert.deepEqual(Array.from(Deno.readDirSync(directory.path)), []);
});
