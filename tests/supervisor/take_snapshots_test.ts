import assert from "node:assert/strict";
import { NO_MODULES } from "../../lib/function/revision.ts";
import { createSnapshotTaker } from "../../lib/supervisor/take_snapshots.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { quietContext } from "./quiet_context.ts";

for (
  const [what, isServedAfter, warnings] of [
    ["warns if a snapshot fails", true, [
      "app: Cannot take a snapshot of its revision for a rollback: no disk",
    ]],
    ["does not warn if the revision no longer serves, as after Ctrl-C", false, []],
  ] as const
) {
  Deno.test(`createSnapshotTaker() ${what}`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("app/index.ts", "");
    const warned: string[] = [];
    let isServed = true;
    const context = quietContext(directory);
    const take = createSnapshotTaker({
      context: {
        ...context,
        snapshots: {
          ...context.snapshots,
          take: () => {
            isServed = isServedAfter;
            return Promise.reject(new Error("no disk"));
          },
        },
      },
      modulesOf: () => NO_MODULES,
      isServed: () => isServed,
      onWarning: (message) => warned.push(message),
    });
    await take("app", "r");
    assert.deepEqual(warned, warnings);
  });
}

Deno.test("createSnapshotTaker() copies again if the folder was replaced during the copy", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("app/index.ts", "");
  const context = quietContext(directory);
  let copies = 0;
  const take = createSnapshotTaker({
    context: {
      ...context,
      snapshots: {
        ...context.snapshots,
        async take() {
          if (++copies > 1) return;
          await Deno.rename(directory.at("app"), directory.at("old"));
          await directory.write("app/index.ts", "");
          throw new Error("the folder is another one");
        },
      },
    },
    modulesOf: () => NO_MODULES,
    isServed: () => true,
    onWarning: assert.fail,
  });
  await take("app", "r");
  assert.equal(copies, 2);
});
