import assert from "node:assert/strict";
import { openLandlock, tryLandlock } from "../../lib/isolation/landlock.ts";
import { CommandError, type Run } from "../../lib/system/run.ts";

Deno.test("openLandlock() returns true without a warning where Landlock works", async () => {
  const warnings: string[] = [];
  assert.equal(
    await openLandlock((message) => warnings.push(message), () => Promise.resolve("")),
    true,
  );
  assert.deepEqual(warnings, []);
});

Deno.test("openLandlock() warns once, with the reason and a remedy", async () => {
  const run: Run = (command) => Promise.reject(new CommandError(command, "exited with 1 (x)"));
  const warnings: string[] = [];
  assert.equal(await openLandlock((message) => warnings.push(message), run), false);
  assert.deepEqual(warnings, [
    "Functions run without Landlock: exited with 1 (x). Without it, only mounts protect files. " +
    "Install perl-base, and boot a kernel since 5.13 with Landlock enabled (lsm=landlock)",
  ]);
  await assert.rejects(tryLandlock(run), { message: "exited with 1 (x)" });
});
