import assert from "node:assert/strict";
import type { Opened } from "../../lib/supervisor/open_instance.ts";
import { whilePresent } from "../../lib/supervisor/while_present.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { quietContext } from "./quiet_context.ts";

const FAILED: Opened = {
  type: "failed",
  failure: {
    stage: "host",
    isPassing: true,
    reason: "It could not be started",
    detail: "realpath",
    revision: "r",
  },
};

Deno.test("whilePresent() passes on what came of a folder that is there", async () => {
  await using place = await temporaryDirectory();
  const { signal } = new AbortController();
  const what = { directory: place.path, context: quietContext(place), signal };
  for (const opened of [FAILED, { type: "registered" }] as const) {
    assert.deepEqual(await whilePresent(what, () => Promise.resolve(opened)), opened);
  }
});

Deno.test("whilePresent() makes no failure of a folder that is gone, and waits until it is stopped", async () => {
  await using place = await temporaryDirectory();
  const stopped = new AbortController();
  const what = {
    directory: place.at("gone"),
    context: quietContext(place),
    signal: stopped.signal,
  };
  const opening = whilePresent(what, () => Promise.resolve(FAILED));
  stopped.abort();
  assert.deepEqual(await opening, { type: "aborted" });
});

Deno.test("whilePresent() opens a folder again that is back", async () => {
  await using place = await temporaryDirectory();
  const { signal } = new AbortController();
  const what = { directory: place.path, context: quietContext(place), signal };
  const seen = [false, false, true];
  const look = (): Promise<boolean> => Promise.resolve(seen.shift()!);
  const outcomes: Opened[] = [FAILED, { type: "registered" }];
  const open = (): Promise<Opened> => Promise.resolve(outcomes.shift()!);
  assert.deepEqual(await whilePresent(what, open, { look }), { type: "registered" });
  assert.deepEqual([seen, outcomes], [[], []]);
});
