import assert from "node:assert/strict";
import { DEFAULT_ENTRIES } from "../../lib/config/entry_names.ts";
import { syncStat } from "../../lib/function/file_look.ts";
import { type KnownFacts, scanEntry, type ScannedEntry } from "../../lib/function/scan_entry.ts";
import { createScanner } from "../../lib/function/scanner.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

/** After the files of a test have changed, and long enough to tell a further change by their times. */
const LATER_MS = 60_000;

async function scan(
  { path: directory }: TemporaryDirectory,
  { known, asked = [], nowMs = Date.now() + LATER_MS }: {
    readonly known?: KnownFacts;
    readonly asked?: string[];
    readonly nowMs?: number;
  } = {},
): Promise<ScannedEntry> {
  const stat = (path: string): ReturnType<typeof syncStat.stat> => {
    asked.push(path.slice(directory.length + 1));
    return syncStat.stat(path);
  };
  return await scanEntry({ directory, entries: DEFAULT_ENTRIES, look: stat, stat, known, nowMs });
}

Deno.test("scanEntry() looks at two names if there is an index.ts and no manifest", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["index.ts", "main.ts", "deno.json", "package.json"]) {
    await directory.write(name);
  }
  const asked: string[] = [];
  const { choice, facts } = await scan(directory, { asked });
  assert.deepEqual(choice, { type: "found", entry: "index.ts" });
  assert.deepEqual(asked, ["ddsrv.json", "index.ts"]);
  assert.equal(facts, undefined);
});

Deno.test("scanEntry() reads a file again only after it has changed", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("ddsrv.json", '{ "entry": "a.ts" }');
  for (const name of ["a.ts", "b.ts", "c.ts"]) await directory.write(name);
  const first = await scan(directory);
  assert.deepEqual(first.choice, { type: "found", entry: "a.ts" });
  // Other facts for the same state show that the file is not read.
  const { state } = first.facts!.get("ddsrv.json")!;
  const known = new Map([["ddsrv.json", { state, facts: { entry: "b.ts" } }]]);
  assert.deepEqual((await scan(directory, { known })).choice, { type: "found", entry: "b.ts" });
  await directory.write("ddsrv.json", '{ "entry": "./c.ts" }');
  assert.deepEqual((await scan(directory, { known })).choice, { type: "found", entry: "c.ts" });
});

Deno.test("scanEntry() reads a file again that has just changed, whose times may stay", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("ddsrv.json", '{ "entry": "a.ts" }');
  for (const name of ["a.ts", "b.ts"]) await directory.write(name);
  const nowMs = Date.now();
  const { facts: fresh } = await scan(directory, { nowMs });
  assert.equal(fresh!.get("ddsrv.json")!.state, undefined);
  const known = new Map([["ddsrv.json", { state: undefined, facts: { entry: "b.ts" } }]]);
  for (const time of [nowMs, nowMs + LATER_MS]) {
    const { choice } = await scan(directory, { known, nowMs: time });
    assert.deepEqual(choice, { type: "found", entry: "a.ts" });
  }
});

Deno.test("scanEntry() does not open what is not a regular file, and reads at most 1 MiB", async () => {
  await using directory = await temporaryDirectory();
  await new Deno.Command("mkfifo", { args: [directory.at("ddsrv.json")] }).output();
  await Deno.symlink("/dev/zero", directory.at("deno.json"));
  assert.equal((await scan(directory)).choice.type, "none");
  await Deno.remove(directory.at("deno.json"));
  await directory.write("deno.json", " ".repeat(1_048_577));
  const { choice } = await scan(directory);
  assert.ok(choice.type === "none" && /larger than 1048576 bytes/.test(choice.reason));
});

for (const isQuick of [true, false]) {
  Deno.test(`a scan follows the entry of a folder (${isQuick ? "local" : "other"} file system)`, async () => {
    await using directory = await temporaryDirectory();
    const scanner = createScanner({
      entries: DEFAULT_ENTRIES,
      functionsDirectory: directory.path,
      settleMs: 200,
      maxFiles: 1_000,
      modulesOf: () => undefined,
      mountsOf: () => Promise.resolve({ isLocal: isQuick, names: new Set() }),
    });
    const look = async (): Promise<{ readonly revision?: string; readonly entry?: string }> => {
      const { functions, ignored } = await scanner.scan(Date.now() + 60_000);
      const spec = functions.get("a");
      if (spec === undefined) return { entry: ignored.get("a") ?? "" };
      return { revision: spec.revision, entry: spec.files[0]!.slice(directory.at("a/").length) };
    };
    await directory.write("a/README.md");
    assert.match((await look()).entry!, /^it has no index\.ts, main\.ts, /);
    await directory.write("a/index.html", "1");
    const page = await look();
    assert.equal(page.entry, "index.html");
    await directory.write("a/other.css", "1");
    assert.deepEqual(await look(), page);
    await Deno.mkdir(directory.at("new"));
    for (const name of ["index.html", "other.css", "README.md"]) {
      await Deno.copyFile(directory.at(`a/${name}`), directory.at(`new/${name}`));
    }
    await Deno.remove(directory.at("a"), { recursive: true });
    await Deno.rename(directory.at("new"), directory.at("a"));
    const replaced = await look();
    assert.equal(replaced.entry, "index.html");
    assert.notEqual(replaced.revision, page.revision);
    await directory.write("a/main.ts");
    const main = await look();
    assert.equal(main.entry, "main.ts");
    await directory.write("a/index.ts");
    const index = await look();
    assert.equal(index.entry, "index.ts");
    assert.notEqual(index.revision, main.revision);
    await directory.write("a/ddsrv.json", '{ "entry": "main.ts" }');
    assert.equal((await look()).entry, "main.ts");
    await directory.write("a/ddsrv.json", '{ "entry": "gone.ts" }');
    assert.equal((await look()).entry, "index.ts");
    await Deno.remove(directory.at("a/ddsrv.json"));
    assert.deepEqual(await look(), index);
    await Deno.remove(directory.at("a/index.ts"));
    assert.deepEqual(await look(), main);
  });
}
