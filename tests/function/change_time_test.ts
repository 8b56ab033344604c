import assert from "node:assert/strict";
import { changeTimeMs } from "../../lib/function/change_time.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const cases: readonly [name: string, mtime: number | null, ctime: number | null, number][] = [
  ["mtime within the second of a cut ctime", 5_250, 5_000, 5_250],
  ["a second that is whole in both", 5_000, 5_000, 5_000],
  ["the end of the second where mtime is older", 4_999, 5_000, 5_999],
  ["the end of the second where mtime is in the future", 6_000, 5_000, 5_999],
  ["ctime where it is not cut", 1_000, 5_250, 5_250],
  ["the end of the second without mtime", null, 5_000, 5_999],
  ["mtime without ctime, as far as it goes", 250, null, 250],
];

for (const [name, mtime, ctime, expected] of cases) {
  Deno.test(`changeTimeMs() gives ${name}`, () => {
    const date = (ms: number | null): Date | null => ms === null ? null : new Date(ms);
    assert.equal(changeTimeMs({ mtime: date(mtime), ctime: date(ctime) }), expected);
  });
}

/** The file system's clock ticks more slowly than ours (jiffies). */
const TICK_MS = 20;

Deno.test("changeTimeMs() is not earlier than the write", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("a");
  // Not only in the first moments of a second, when a cut ctime would do.
  while (Date.now() % 1000 < 200) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  const beforeMs = Date.now();
  await Deno.writeTextFile(path, "");
  const writtenMs = changeTimeMs(await Deno.stat(path));
  assert.ok(writtenMs >= beforeMs - TICK_MS, `${writtenMs} is before ${beforeMs}`);
  await Deno.utime(path, 1, 1);
  assert.ok(changeTimeMs(await Deno.stat(path)) >= beforeMs - TICK_MS, "with an old mtime");
});
