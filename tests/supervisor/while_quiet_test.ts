import assert from "node:assert/strict";
import { NO_MODULES, takeRevision } from "../../lib/function/revision.ts";
import { whileQuiet } from "../../lib/supervisor/while_quiet.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";
import { quietContext } from "./quiet_context.ts";

const SETTLE_MS = 200;

interface Given {
  /** Duration of each launch. */
  readonly tookMs: number;
  /** Each launch fails with the revision that it began with, and then the next text is written. */
  readonly texts: readonly string[];
  readonly stage?: "check" | "start" | "host";
  /** The first launch replaces the folder by another one with the same files. */
  readonly isReplaced?: boolean;
}

/** Counts the launches, and the pauses in milliseconds. */
async function launch(
  directory: TemporaryDirectory,
  { tookMs, texts, stage = "check", isReplaced = false }: Given,
): Promise<{ readonly launches: number; readonly pauses: readonly number[] }> {
  await directory.write("a/index.ts", "0");
  const context = quietContext(directory, { settings: { settleMs: SETTLE_MS } });
  const pauses: number[] = [];
  let [launches, nowMs] = [0, 0];
  const { signal } = new AbortController();
  const options = {
    name: "a",
    directory: directory.at("a"),
    context,
    signal,
    modules: () => NO_MODULES,
  };
  const outcome = await whileQuiet(options, async () => {
    const revision = await takeRevision(context.settings, "a", NO_MODULES);
    const text = texts[launches++];
    if (text !== undefined) await directory.write("a/index.ts", text);
    if (isReplaced && launches === 1) {
      await Deno.rename(directory.at("a"), directory.at("old"));
      await directory.write("a/index.ts", "0");
    }
    nowMs += tookMs;
    const failure = { stage, isTransient: false, reason: "r", detail: "d", revision };
    return { type: "failed", failure };
  }, {
    now: () => nowMs,
    pause(ms) {
      pauses.push(ms);
      return Promise.resolve();
    },
  });
  assert.equal(outcome.type, "failed");
  return { launches, pauses };
}

const cases: readonly [what: string, Given, launches: number, pauses: readonly number[]][] = [
  ["of files that stay", { tookMs: 50, texts: [] }, 1, [150]],
  ["of files that change soon", { tookMs: 50, texts: ["1", "2"] }, 3, [150, 150, 150]],
  ["of the host", { tookMs: 50, texts: ["1"], stage: "host" }, 1, []],
  [
    "of the host in a folder that was replaced",
    {
      tookMs: 50,
      texts: [],
      stage: "host",
      isReplaced: true,
    },
    2,
    [150],
  ],
  ["of a long check", { tookMs: SETTLE_MS, texts: ["1"] }, 1, []],
  ["of a start", { tookMs: SETTLE_MS, texts: ["1"], stage: "start" }, 2, [SETTLE_MS]],
  [
    "in a folder that was replaced",
    {
      tookMs: SETTLE_MS,
      texts: [],
      stage: "start",
      isReplaced: true,
    },
    2,
    [SETTLE_MS],
  ],
];

for (const [what, given, launches, pauses] of cases) {
  Deno.test(`whileQuiet() after a failure ${what} has launched ${launches} times`, async () => {
    await using directory = await temporaryDirectory();
    assert.deepEqual(await launch(directory, given), { launches, pauses });
  });
}
