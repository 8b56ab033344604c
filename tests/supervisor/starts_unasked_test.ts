import assert from "node:assert/strict";
import { openKeptStays } from "../../lib/supervisor/kept_stays.ts";
import { startsUnasked } from "../../lib/supervisor/starts_unasked.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { quietContext } from "./quiet_context.ts";

const known: readonly [
  what: string,
  isAwake: boolean | undefined,
  code: string,
  expected: boolean,
][] = [
  ["that was seen awake", true, "", true],
  ["that was seen idle", false, "Deno.cron();", false],
  ["that names a task and has not run", undefined, "Deno.cron();", true],
  ["that names no task and has not run", undefined, "Deno.serve();", false],
];

for (const [what, isAwake, code, expected] of known) {
  Deno.test(`startsUnasked() is ${expected} for a revision ${what}`, async () => {
    await using directory = await temporaryDirectory();
    const module = await directory.write("a/index.ts", code);
    const keptStays = await openKeptStays(directory.at("stays.json"), assert.fail);
    keptStays.record("a", "r1", isAwake !== false);
    if (isAwake !== undefined) keptStays.record("a", "r2", isAwake);
    const context = { ...quietContext(directory), keptStays };
    const checked = { revision: "r2", modules: { paths: [module], isComplete: true } };
    const options = { name: "a", directory: directory.at("a"), context };
    assert.equal(await startsUnasked(options, checked), expected);
    await keptStays.saved();
    // Nothing is read a second time, unless it runs and shows what it does.
    assert.equal(keptStays.find("a", "r2"), expected ? isAwake : false);
  });
}
