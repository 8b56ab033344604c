import assert from "node:assert/strict";
import { createRounds } from "../../lib/disk/rounds.ts";

Deno.test("createRounds() tests until a problem is found, and reports it once", async () => {
  const watch = createRounds({ pauseMs: 1 });
  const told = Promise.withResolvers<string>();
  let [looks, times] = [0, 0];
  using _ = watch({
    examine: () => Promise.resolve(++looks < 3 ? undefined : "enough"),
    onFound(reason) {
      times++;
      told.resolve(reason);
    },
  });
  assert.equal(await told.promise, "enough");
  assert.deepEqual([looks, times], [3, 1]);
});

Deno.test("createRounds() stops without tests, and starts again", async () => {
  const watch = createRounds({ pauseMs: 3_600_000 });
  const looked = Promise.withResolvers<void>();
  const first = watch({
    examine() {
      looked.resolve();
      return Promise.resolve(undefined);
    },
    onFound: () => assert.fail(),
  });
  await looked.promise;
  // A remaining timer would fail this test.
  first[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve, 0));
  const found = Promise.withResolvers<string>();
  using _ = watch({ examine: () => Promise.resolve("now"), onFound: found.resolve });
  assert.equal(await found.promise, "now");
});
