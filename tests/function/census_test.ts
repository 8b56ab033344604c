import assert from "node:assert/strict";
import { createCensus } from "../../lib/function/census.ts";
import type { TreeCount } from "../../lib/function/tree_count.ts";

const COUNTED: TreeCount = { type: "counted", entries: 1 };
const QUESTION = { directory: "/f/a", isChanged: false, folders: 1 };

Deno.test("refusalOf() names the number, the folder and the setting", async () => {
  const answers: TreeCount[] = [{ type: "tooMany" }, { type: "tooDeep" }, COUNTED];
  const census = createCensus({ maxFiles: 10, count: () => Promise.resolve(answers.shift()!) });
  const ask = (): Promise<string | undefined> =>
    census.refusalOf("a", { ...QUESTION, directory: `/f/${answers.length}` });
  assert.equal(
    await ask(),
    '"/f/3" holds more than 10 files and folders. The revision that serves goes on; remove some, ' +
      "or raise --max-files",
  );
  assert.equal(
    await ask(),
    '"/f/2" holds folders that are nested more than 100 levels deep. The revision that serves ' +
      "goes on; make it flatter",
  );
  assert.equal(await ask(), undefined);
});

/** A census by a clock of the test's own, whose counts take 10 ms. */
function timedCensus(found: () => TreeCount = () => COUNTED): {
  readonly countsAt: (nowMs: number, isChanged?: boolean) => Promise<number>;
} {
  let nowMs = 0;
  let counts = 0;
  const count = (): Promise<TreeCount> => {
    counts++;
    nowMs += 10;
    return Promise.resolve(found());
  };
  const census = createCensus({ maxFiles: 10, count, now: () => nowMs });
  return {
    async countsAt(atMs, isChanged = false) {
      nowMs = atMs;
      await census.refusalOf("a", { ...QUESTION, isChanged });
      return counts;
    },
  };
}

Deno.test("refusalOf() counts a folder anew when it has changed, and seldom while it has not", async () => {
  const { countsAt } = timedCensus();
  assert.equal(await countsAt(0), 1);
  assert.equal(await countsAt(1_000), 1);
  assert.equal(await countsAt(2_000, true), 2);
  assert.equal(await countsAt(31_000), 2);
  assert.equal(await countsAt(33_000), 3);
});

Deno.test("refusalOf() gives a folder that changes without end a part of the time, and none up", async () => {
  const { countsAt } = timedCensus();
  assert.equal(await countsAt(0, true), 1);
  // It took until 10: there may be 10 ms in a second.
  for (let atMs = 11; atMs < 1_010; atMs++) assert.equal(await countsAt(atMs, true), 1);
  assert.equal(await countsAt(1_011), 2);
  assert.equal(await countsAt(5_000), 2);
});

Deno.test("refusalOf() goes on counting a folder that was too large", async () => {
  let found: TreeCount = { type: "tooMany" };
  const { countsAt } = timedCensus(() => found);
  assert.equal(await countsAt(0), 1);
  found = COUNTED;
  assert.equal(await countsAt(3_000), 2);
  assert.equal(await countsAt(6_000), 2);
});

Deno.test("refusalOf() counts a folder anew that it was to forget", async () => {
  let counts = 0;
  const count = (): Promise<TreeCount> => Promise.resolve((counts++, COUNTED));
  const census = createCensus({ maxFiles: 10, count });
  await census.refusalOf("a", QUESTION);
  census.keep(new Set(["b"]));
  await census.refusalOf("a", QUESTION);
  assert.equal(counts, 2);
});
