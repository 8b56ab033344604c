import assert from "node:assert/strict";
import { NO_ACTIVITY, openActivityFiles, stayOf } from "../../lib/sandbox/activity.ts";
import { WHOLE_TURN } from "../../lib/sandbox/cron_turn.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("openActivityFiles() replaces a predecessor's files, and others can read, not write", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("activity");
  await directory.write("activity/old", "");
  {
    await using _ = await openActivityFiles(path);
    const names = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["cron", "queue", "turn", "work"]);
    const modes = names.map((name) => Deno.statSync(`${path}/${name}`).mode! & 0o777);
    assert.deepEqual(modes, Array(4).fill(0o644));
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o755);
  }
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("openActivityFiles() sees each lock, and waits for none", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("activity");
  const activity = await openActivityFiles(path);
  assert.deepEqual(activity.read(), NO_ACTIVITY);
  for (const isExclusive of [false, true]) {
    for (const [file, claim] of [["cron", "hasCron"], ["queue", "hasQueue"], ["work", "hasWork"]]) {
      using held = Deno.openSync(`${path}/${file}`);
      held.lockSync(isExclusive);
      assert.deepEqual(activity.read(), { ...NO_ACTIVITY, [claim!]: true });
    }
  }
  await activity[Symbol.asyncDispose]();
  assert.deepEqual(activity.read(), NO_ACTIVITY);
  activity.changeTurn(WHOLE_TURN);
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("openActivityFiles() changes a turn in its file, also while the function locks it", async () => {
  await using directory = await temporaryDirectory();
  await using activity = await openActivityFiles(directory.at("activity"));
  using held = Deno.openSync(directory.at("activity/turn"));
  held.lockSync(true);
  const turns = [{}, WHOLE_TURN, { untilMs: 60_000 }, { isServing: false }].map((change) => {
    activity.changeTurn(change);
    return Deno.readTextFileSync(directory.at("activity/turn")).trim();
  });
  assert.deepEqual(turns, ["0 0 0", "1 0 Infinity", "1 0 60000", "0 0 60000"]);
});

Deno.test("stayOf() names the call for which an instance stays awake; work alone is none", () => {
  assert.equal(stayOf({ hasCron: false, hasQueue: false, hasWork: true }), undefined);
  assert.equal(stayOf({ hasCron: false, hasQueue: true, hasWork: true }), "listenQueue");
  assert.equal(stayOf({ hasCron: true, hasQueue: true, hasWork: false }), "Deno.cron");
});
