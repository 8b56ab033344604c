import assert from "node:assert/strict";
import { createCensus } from "../../lib/function/census.ts";
import type { TreeCount } from "../../lib/function/tree_count.ts";

/** To count so many costs 10 ms. */
const COUNTED: TreeCount = { type: "counted", entries: 10_000 };
const QUESTION = { directory: "/f/a", isChanged: false, folders: 1 };

Deno.test("ask() refuses with the limit, the folder and the setting", async () => {
  const answers: TreeCount[] = [{ type: "tooMany" }, { type: "tooDeep" }, COUNTED];
  const census = createCensus({ maxFiles: 10, count: () => Promise.resolve(answers.shift()!) });
  const ask = async (): Promise<string | undefined> =>
    (await census.ask("a", { ...QUESTION, directory: `/f/${answers.length}` })).refusal;
  assert.equal(
    await ask(),
    '"/f/3" contains more than 10 files and folders. The running revision keeps serving. Remove some, ' +
      "or raise --max-files",
  );
  assert.equal(
    await ask(),
    '"/f/2" contains folders nested more than 100 levels deep. The running revision keeps ' +
      "serving. Reduce the nesting",
  );
  assert.equal(await ask(), undefined);
});

/** A census by a clock of the test's own. */
function timedCensus(found: () => TreeCount = () => COUNTED): {
  readonly countsAt: (nowMs: number, isChanged?: boolean) => Promise<number>;
} {
  let nowMs = 0;
  let counts = 0;
  const count = (): Promise<TreeCount> => {
    counts++;
    return Promise.resolve(found());
  };
  const census = createCensus({ maxFiles: 10_000, count, now: () => nowMs });
  return {
    async countsAt(atMs, isChanged = false) {
      nowMs = atMs;
      await census.ask("a", { ...QUESTION, isChanged });
      return counts;
    },
  };
}

Deno.test("ask() counts a changed folder again, and an unchanged one rarely", async () => {
  const { countsAt } = timedCensus();
  assert.equal(await countsAt(0), 1);
  assert.equal(await countsAt(1_000), 1);
  assert.equal(await countsAt(2_000, true), 2);
  assert.equal(await countsAt(31_000), 2);
  assert.equal(await countsAt(33_000), 3);
});

Deno.test("ask() limits the time for a folder that changes all the time", async () => {
  const { countsAt } = timedCensus();
  assert.equal(await countsAt(0, true), 1);
  // There may be 10 ms in a second.
  for (let atMs = 1; atMs < 1_000; atMs++) assert.equal(await countsAt(atMs, true), 1);
  assert.equal(await countsAt(1_000), 2);
  assert.equal(await countsAt(5_000), 2);
});

Deno.test("ask() keeps counting a folder that was too large", async () => {
  let found: TreeCount = { type: "tooMany" };
  const { countsAt } = timedCensus(() => found);
  assert.equal(await countsAt(0), 1);
  found = COUNTED;
  assert.equal(await countsAt(3_000), 2);
  assert.equal(await countsAt(6_000), 2);
});

Deno.test("ask() counts a forgotten folder again", async () => {
  let counts = 0;
  const count = (): Promise<TreeCount> => Promise.resolve((counts++, COUNTED));
  const census = createCensus({ maxFiles: 10, count });
  await census.ask("a", QUESTION);
  census.keep(new Set(["b"]));
  await census.ask("a", QUESTION);
  assert.equal(counts, 2);
});

Deno.test("ask() reports that a count is due", async () => {
  let nowMs = 0;
  const count = (): Promise<TreeCount> => Promise.resolve(COUNTED);
  const census = createCensus({ maxFiles: 10_000, count, now: () => nowMs });
  assert.equal((await census.ask("a", { ...QUESTION, isChanged: true })).isOwed, false);
  nowMs = 1;
  assert.equal((await census.ask("a", { ...QUESTION, isChanged: true })).isOwed, true);
  assert.equal((await census.ask("a", QUESTION)).isOwed, true);
  nowMs = 1_000;
  assert.equal((await census.ask("a", QUESTION)).isOwed, false);
});
