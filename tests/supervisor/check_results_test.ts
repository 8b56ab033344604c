import assert from "node:assert/strict";
import {
  type CheckResults,
  openCheckResults,
  type PassedCheck,
} from "../../lib/supervisor/check_results.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const passed = {
  revision: "r1",
  modules: ["/f/a/index.ts", "/f/_shared/mod.ts"],
  hasLock: false,
  key: "k1",
};

function resultsIn(directory: TemporaryDirectory, caches = "caches"): CheckResults {
  return openCheckResults({
    onWarning: (message) => assert.fail(message),
    directory: directory.at("checks"),
    async cacheOf(name) {
      const path = directory.at(`${caches}/${name}`);
      await Deno.mkdir(path, { recursive: true });
      return path;
    },
  });
}

/** A passed check without its key. */
async function find(results: CheckResults, name = "a", key = "k1"): Promise<unknown> {
  const [found] = await results.find(name, key);
  if (found === undefined) return undefined;
  const { cache: _, ...rest } = found as PassedCheck & { readonly cache: string };
  return rest;
}

Deno.test("openCheckResults() finds recorded checks after a restart", async () => {
  await using directory = await temporaryDirectory();
  const results = resultsIn(directory);
  assert.equal(await find(results), undefined);
  await results.record("a", passed);
  assert.deepEqual(await find(results), passed);
  assert.deepEqual(await find(resultsIn(directory)), passed);
  await results.record("a", { ...passed, revision: "r2" });
  assert.deepEqual(await find(results), { ...passed, revision: "r2" });
});

Deno.test("openCheckResults() finds nothing for another name or key", async () => {
  await using directory = await temporaryDirectory();
  const results = resultsIn(directory);
  await results.record("a", passed);
  assert.equal(await find(results, "b"), undefined);
  assert.equal(await find(results, "a", "k2"), undefined);
  assert.equal(await find(results, "a", ""), undefined);
});

Deno.test("openCheckResults() separates names that look like its own files", async () => {
  await using directory = await temporaryDirectory();
  const results = resultsIn(directory);
  const names = ["a", "a.json", "a.json.new", "é".repeat(31), "a b"];
  for (const name of names) await results.record(name, { ...passed, revision: name });
  for (const name of names) {
    assert.deepEqual(await find(results, name), { ...passed, revision: name });
  }
});

Deno.test("openCheckResults() forgets known and unknown functions", async () => {
  await using directory = await temporaryDirectory();
  const results = resultsIn(directory);
  await results.forget("a");
  await results.record("a", passed);
  await results.forget("a");
  assert.equal(await find(results), undefined);
});

Deno.test("openCheckResults() finds nothing for another module cache", async () => {
  await using directory = await temporaryDirectory();
  await resultsIn(directory).record("a", passed);
  assert.equal(await find(resultsIn(directory, "others")), undefined);
  assert.deepEqual(await find(resultsIn(directory)), passed);
});

Deno.test("openCheckResults() finds nothing for a module cache that was created again", async () => {
  await using directory = await temporaryDirectory();
  const results = resultsIn(directory);
  await results.record("a", passed);
  const { birthtime } = await Deno.stat(directory.at("caches/a"));
  await Deno.remove(directory.at("caches/a"), { recursive: true });
  // Its inode's number may be given out again; its time of birth, in milliseconds, is another.
  while (birthtime !== null && Date.now() <= birthtime.getTime() + 10) await settleClock();
  assert.equal(await find(results), undefined);
  await results.record("a", passed);
  assert.deepEqual(await find(results), passed);
});

const WHOLE = { ...passed, cache: "1:2:3" };

/** The text of a file with one check. */
function write(one: unknown): string {
  return JSON.stringify([one]);
}

const unreadable: readonly [what: string, text: string][] = [
  ["is empty", ""],
  ["is truncated", write(WHOLE).slice(0, -9)],
  ["is not JSON", "\0\0\0\0"],
  ["is null", "null"],
  ["is an empty list", "[]"],
  ["is not a list", JSON.stringify(WHOLE)],
  ["contains no result", "[null, 1]"],
  ["has no revision", write({ ...WHOLE, revision: undefined })],
  ["has no cache", write({ ...passed })],
  ["has an invalid cache", write(WHOLE)],
  ["has modules that are not a list", write({ ...WHOLE, modules: "/f/a/index.ts" })],
  ["has modules that are not paths", write({ ...WHOLE, modules: [1] })],
  ["has no modules", write({ ...WHOLE, modules: undefined })],
];

for (const [what, text] of unreadable) {
  Deno.test(`openCheckResults() ignores a file that ${what}`, async () => {
    await using directory = await temporaryDirectory();
    const results = resultsIn(directory);
    await results.record("a", passed);
    await directory.write("checks/a.json", text);
    assert.equal(await find(results), undefined);
    await results.record("a", passed);
    assert.deepEqual(await find(results), passed);
  });
}

Deno.test("openCheckResults() ignores the rest of an interrupted write", async () => {
  await using directory = await temporaryDirectory();
  const results = resultsIn(directory);
  await directory.write("checks/a.json.new", "{");
  assert.equal(await find(results), undefined);
  await results.record("a", passed);
  assert.deepEqual(await find(results), passed);
});

function settleClock(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("openCheckResults() keeps the last few revisions, newest first", async () => {
  await using directory = await temporaryDirectory();
  const results = resultsIn(directory);
  for (const revision of ["r1", "r2", "r3", "r4", "r5", "r3"]) {
    await results.record("a", { ...passed, revision });
  }
  const found = await results.find("a", "k1");
  assert.deepEqual(found.map(({ revision }) => revision), ["r3", "r5", "r4", "r2"]);
});

Deno.test("openCheckResults() warns about a check that it can't record", async () => {
  await using directory = await temporaryDirectory();
  // A file where its directory should be.
  await directory.write("checks");
  const warnings: string[] = [];
  const results = openCheckResults({
    directory: directory.at("checks"),
    cacheOf: () => Promise.resolve(directory.path),
    onWarning: (message) => warnings.push(message),
  });
  await results.record("one", { revision: "r", modules: [], hasLock: false, key: "k" });
  assert.match(warnings.join(), /^one: Cannot record its check.*Make room in ".*checks"$/);
});
