import assert from "node:assert/strict";
import type { LaunchOutcome } from "../../lib/supervisor/open_instance.ts";
import { whilePresent } from "../../lib/supervisor/while_present.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { quietContext } from "./quiet_context.ts";

const FAILED: LaunchOutcome = {
  type: "failed",
  failure: {
    stage: "host",
    isTransient: true,
    reason: "Cannot start the function",
    detail: "realpath",
    revision: "r",
  },
};

Deno.test("whilePresent() returns the outcome while the folder exists", async () => {
  await using place = await temporaryDirectory();
  const { signal } = new AbortController();
  const options = { directory: place.path, context: quietContext(place), signal };
  for (const outcome of [FAILED, { type: "registered" }] as const) {
    assert.deepEqual(await whilePresent(options, () => Promise.resolve(outcome)), outcome);
  }
});

Deno.test("whilePresent() waits for the signal when the folder is gone", async () => {
  await using place = await temporaryDirectory();
  const stopped = new AbortController();
  const options = {
    directory: place.at("gone"),
    context: quietContext(place),
    signal: stopped.signal,
  };
  const launching = whilePresent(options, () => Promise.resolve(FAILED));
  stopped.abort();
  assert.deepEqual(await launching, { type: "aborted" });
});

Deno.test("whilePresent() launches again when the folder is back", async () => {
  await using place = await temporaryDirectory();
  const { signal } = new AbortController();
  const options = { directory: place.path, context: quietContext(place), signal };
  const seen = [false, false, true];
  const exists = (): Promise<boolean> => Promise.resolve(seen.shift()!);
  const outcomes: LaunchOutcome[] = [FAILED, { type: "registered" }];
  const launch = (): Promise<LaunchOutcome> => Promise.resolve(outcomes.shift()!);
  assert.deepEqual(await whilePresent(options, launch, { exists }), { type: "registered" });
  assert.deepEqual([seen, outcomes], [[], []]);
});
