import assert from "node:assert/strict";
import { findUserName } from "../../lib/system/user_name.ts";

const TEXT = "root:x:0:0:root:/root:/bin/sh\n:x:7::::\n#broken\nann:x:1000:1000::/home/ann:/bin/sh";

for (const [uid, name] of [[0, "root"], [1000, "ann"], [7, undefined], [100, undefined]] as const) {
  Deno.test(`findUserName() of ${uid} is ${name}`, async () => {
    assert.equal(await findUserName(uid, { read: () => Promise.resolve(TEXT) }), name);
  });
}

Deno.test("findUserName() knows no name without the file", async () => {
  const read = () => Promise.reject(new Deno.errors.NotFound());
  assert.equal(await findUserName(0, { read }), undefined);
});
