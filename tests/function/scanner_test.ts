import assert from "node:assert/strict";
import { createActivityLog } from "../../lib/function/activity_log.ts";
import { type Modules, takeRevision } from "../../lib/function/revision.ts";
import {
  createScanner,
  type Scan,
  type Scanner,
  type ScannerOptions,
} from "../../lib/function/scanner.ts";
import { SINGLE_WRITE_MS } from "../../lib/function/write_activity.ts";
import { eventually } from "../patience.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const QUIET_MS = 200;
/** Before any file of the test was written, by its own clock: nothing is old enough. */
const EARLY_MS = 1_000;

function scannerOf(
  directory: TemporaryDirectory,
  modulesOf: (name: string) => Modules | undefined = () => undefined,
  options: Pick<ScannerOptions, "log" | "wallNow"> = {},
): Scanner {
  return createScanner({
    ...options,
    entries: ["index.ts"],
    functionsDirectory: directory.path,
    settleMs: QUIET_MS,
    maxFiles: 1_000,
    modulesOf,
  });
}

/** After everything has been left alone for long enough. */
function late(): number {
  return Date.now() + 60_000;
}

function revisionOf(scan: Scan, name: string): string {
  const spec = scan.functions.get(name);
  assert.ok(spec, `no function "${name}"`);
  return spec.revision;
}

Deno.test("scan() finds each directory with an entry, sorted by name", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["b", "a b", "-x", "%00", "é"]) await directory.write(`${name}/index.ts`);
  await directory.write("_shared/index.ts");
  await directory.write(".git/index.ts");
  await directory.write("file.ts");
  const { functions, ignored, unsettled, retryAtMs } = await scannerOf(directory).scan(late());
  assert.deepEqual([...functions.keys()], ["%00", "-x", "a b", "b", "é"]);
  assert.deepEqual([unsettled.size, retryAtMs], [0, undefined]);
  assert.deepEqual([...ignored], [
    ["file.ts", 'it is a file. Make a folder "file" with it as index.ts: ddsrv add file.ts'],
  ]);
  const spec = functions.get("a b")!;
  assert.equal(spec.directory, directory.at("a b"));
  assert.match(spec.revision, /^[0-9a-f]{64}$/);
  assert.ok(spec.files.includes(directory.at("a b/index.ts")));
  assert.ok(spec.files.includes(directory.at("import_map.json")));
});

Deno.test("scan() returns the reason why a directory is not served", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("no-entry/main.ts");
  await Deno.mkdir(directory.at("entry-is-directory/index.ts"), { recursive: true });
  await Deno.mkdir(directory.at("x".repeat(64)));
  await Deno.mkdir(directory.at("line\nfeed"));
  await Deno.symlink(directory.at("nowhere"), directory.at("broken"));
  await directory.write("file");
  await Deno.symlink(directory.at("file"), directory.at("link-to-file"));
  const { functions, ignored } = await scannerOf(directory).scan(late());
  assert.equal(functions.size, 0);
  assert.deepEqual(Object.fromEntries(ignored), {
    "no-entry": "it has no index.ts",
    "entry-is-directory": "it has no index.ts",
    ["x".repeat(64)]: "the name has 64 bytes; at most 63 are allowed",
    "line\nfeed": "the name contains a control character",
    "broken": "it is a symbolic link that leads to no directory",
  });
});

Deno.test("scan() follows a symbolic link and notices a new target", async () => {
  await using directory = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  await elsewhere.write("one/index.ts", "1");
  await elsewhere.write("two/index.ts", "2");
  await Deno.symlink(elsewhere.at("one"), directory.at("linked"));
  const scanner = scannerOf(directory);
  const before = await scanner.scan(late());
  assert.equal(before.functions.get("linked")?.directory, directory.at("linked"));
  await Deno.remove(directory.at("linked"));
  await Deno.symlink(elsewhere.at("two"), directory.at("linked"));
  const after = await scanner.scan(late());
  assert.notEqual(revisionOf(after, "linked"), revisionOf(before, "linked"));
});

Deno.test("scan() returns real paths of folders even if their files are the same", async () => {
  await using directory = await temporaryDirectory();
  for (const tree of ["one", "two"]) {
    await Deno.mkdir(directory.at(`${tree}/a`), { recursive: true });
  }
  await directory.write("one/a/index.ts");
  // The same files with the same times: nothing but the way to them is another.
  await Deno.link(directory.at("one/a/index.ts"), directory.at("two/a/index.ts"));
  await Deno.symlink(directory.at("one"), directory.at("all"));
  await Deno.symlink("a", directory.at("one/linked"));
  const functionsDirectory = directory.at("all");
  const scanner = createScanner({
    entries: ["index.ts"],
    functionsDirectory,
    settleMs: QUIET_MS,
    maxFiles: 1_000,
    modulesOf: () => undefined,
  });
  const before = await scanner.scan(late());
  const real = await Deno.realPath(directory.path);
  assert.deepEqual([...before.functions.values()].map(({ place }) => place), [
    `${real}/one/a`,
    `${real}/one/a`,
  ]);
  await Deno.remove(functionsDirectory);
  await Deno.symlink(directory.at("two"), functionsDirectory);
  const after = await scanner.scan(late());
  assert.equal(after.functions.get("a")?.place, `${real}/two/a`);
  assert.equal(revisionOf(after, "a"), revisionOf(before, "a"));
});

Deno.test("scan() holds back a new function until its files have settled", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  const scanner = scannerOf(directory);
  const first = await scanner.scan(EARLY_MS);
  assert.deepEqual([...first.unsettled], ["a"]);
  assert.equal(first.functions.size, 0);
  assert.equal(first.retryAtMs, EARLY_MS + QUIET_MS);
  const tooSoon = await scanner.scan(EARLY_MS + QUIET_MS - 1);
  assert.deepEqual([...tooSoon.unsettled], ["a"]);
  const then = await scanner.scan(EARLY_MS + QUIET_MS);
  assert.deepEqual([...then.functions.keys()], ["a"]);
  assert.equal(then.unsettled.size, 0);
  assert.equal(then.retryAtMs, undefined);
});

Deno.test("scan() waits until the whole tree of a new function has settled", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  const scanner = scannerOf(directory);
  await scanner.scan(EARLY_MS);
  // With old times, as by cp -p: they say nothing of what else is to come.
  await Deno.utime(await directory.write("a/deep/part.ts"), 1, 1);
  const scan = await scanner.scan(EARLY_MS + QUIET_MS);
  assert.deepEqual([...scan.unsettled], ["a"]);
});

Deno.test("scan() keeps the known revision of a function that is being written", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts", "1");
  const scanner = scannerOf(directory);
  const before = await scanner.scan(late());
  await directory.write("a/index.ts", "22");
  const during = await scanner.scan(EARLY_MS);
  assert.deepEqual([...during.unsettled], ["a"]);
  assert.equal(revisionOf(during, "a"), revisionOf(before, "a"));
  const after = await scanner.scan(EARLY_MS + QUIET_MS);
  assert.equal(after.unsettled.size, 0);
  assert.notEqual(revisionOf(after, "a"), revisionOf(before, "a"));
});

Deno.test("scan() returns a new revision only for new content", async () => {
  await using directory = await temporaryDirectory();
  const entry = await directory.write("a/index.ts", "1");
  const module = await directory.write("_shared/mod.ts", "m");
  const scanner = scannerOf(directory, () => ({ paths: [entry, module], isComplete: true }));
  const revision = async (): Promise<string> => revisionOf(await scanner.scan(late()), "a");
  const first = await revision();
  assert.equal(await revision(), first);

  await Deno.utime(entry, 1, 1);
  await Deno.chmod(entry, 0o600);
  assert.equal(await revision(), first, "times and modes");
  await directory.write("a/unrelated.txt", "x");
  assert.equal(await revision(), first, "a file that the function does not name");
  await Deno.rename(entry, directory.at("moved"));
  await directory.write("a/index.ts", "1");
  assert.equal(await revision(), first, "another file of the same content");

  const seen = new Set([first]);
  const changes: readonly [name: string, text: string][] = [
    ["a/index.ts", "2"],
    ["_shared/mod.ts", "mm"],
    ["a/ddsrv.json", "{}"],
    ["a/.env", "A=1"],
    ["a/deno.json", "{}"],
    ["deno.json", "{}"],
    ["import_map.json", "{}"],
  ];
  for (const [index, [name, text]] of changes.entries()) {
    // A time of its own, as after a rest: two writes within one tick of the clock look the same.
    await Deno.utime(await directory.write(name, text), index + 2, index + 2);
    const next = await revision();
    assert.ok(!seen.has(next), name);
    seen.add(next);
  }
  await Deno.remove(directory.at("a/.env"));
  assert.ok(!seen.has(await revision()), "a file that went away");
});

Deno.test("scan() computes revisions independent of other functions and of the path", async () => {
  await using one = await temporaryDirectory();
  await using two = await temporaryDirectory();
  for (const directory of [one, two]) await directory.write("a/index.ts", "same");
  await two.write("b/index.ts");
  const [first, second] = [await scannerOf(one).scan(late()), await scannerOf(two).scan(late())];
  assert.equal(revisionOf(first, "a"), revisionOf(second, "a"));
  assert.notEqual(revisionOf(second, "a"), revisionOf(second, "b"));
});

Deno.test("scan() forgets a function whose folder or entry was removed", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  await directory.write("b/index.ts");
  const scanner = scannerOf(directory);
  const nowMs = late();
  assert.equal((await scanner.scan(nowMs)).functions.size, 2);
  await Deno.remove(directory.at("a"), { recursive: true });
  await Deno.remove(directory.at("b/index.ts"));
  const first = await scanner.scan(nowMs);
  assert.deepEqual([...first.unsettled].sort(), ["a", "b"]);
  assert.equal(first.retryAtMs, nowMs + QUIET_MS);
  const scan = await scanner.scan(nowMs + QUIET_MS);
  assert.deepEqual([scan.functions.size, scan.unsettled.size], [0, 0]);
  assert.deepEqual([...scan.ignored], [["b", "it has no index.ts"]]);
  assert.deepEqual([...(await scanner.scan(nowMs + QUIET_MS)).ignored.keys()], ["b"]);
});

Deno.test("scan() does not treat a folder replaced by two renames as removed", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts", "1");
  await directory.write(".next/index.ts", "2");
  const scanner = scannerOf(directory);
  const nowMs = late();
  const before = revisionOf(await scanner.scan(nowMs), "a");
  await Deno.rename(directory.at("a"), directory.at(".old"));
  const between = await scanner.scan(nowMs + 1);
  assert.deepEqual([...between.unsettled], ["a"]);
  await Deno.rename(directory.at(".next"), directory.at("a"));
  const after = await scanner.scan(nowMs + 60_000);
  assert.notEqual(revisionOf(after, "a"), before);
  // What comes back later than that begins anew.
  await Deno.remove(directory.at("a"), { recursive: true });
  await scanner.scan(nowMs + 60_001);
  assert.equal((await scanner.scan(nowMs + 61_000)).unsettled.size, 0);
});

Deno.test("scan() rejects if the functions directory does not exist", async () => {
  await using directory = await temporaryDirectory();
  const scanner = createScanner({
    entries: ["index.ts"],
    functionsDirectory: directory.at("gone"),
    settleMs: QUIET_MS,
    maxFiles: 1_000,
    modulesOf: () => undefined,
  });
  await assert.rejects(scanner.scan(0), Deno.errors.NotFound);
});

Deno.test("scan() does not treat a file that was just written as settled", async () => {
  await using directory = await temporaryDirectory();
  // Late in a second, so that whole seconds of age would tell another story.
  while (Date.now() % 1000 < 300) await new Promise((resolve) => setTimeout(resolve, 20));
  const { mtime } = await Deno.stat(await directory.write("a/index.ts"));
  // As soon after it as may be, however long this took.
  const scan = await scannerOf(directory).scan(mtime!.getTime() + 1);
  assert.deepEqual([...scan.unsettled], ["a"]);
});

const steps: readonly [what: string, stepMs: number][] = [
  ["back", -3_600_000],
  ["forward", 3_600_000],
];

for (const [what, stepMs] of steps) {
  Deno.test(`scan() waits for files as long as ever if the host's clock is set ${what}`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("a/index.ts");
    const nowMs = Date.now();
    const scanner = scannerOf(directory, undefined, { wallNow: () => nowMs + stepMs });
    assert.deepEqual([...(await scanner.scan(nowMs)).unsettled], ["a"]);
    assert.deepEqual([...(await scanner.scan(nowMs + QUIET_MS)).unsettled], []);
  });
}

Deno.test("scan() takes a renamed file at once, and a single write after 50 ms", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts", "1");
  const log = createActivityLog();
  const modules = { paths: [], isComplete: true };
  const scanner = scannerOf(directory, () => modules, { log });
  let nowMs = EARLY_MS;
  const scan = (): Promise<Scan> => scanner.scan(nowMs);
  await scan();
  nowMs += QUIET_MS;
  const first = revisionOf(await scan(), "a");
  nowMs += 60_000;
  await Deno.rename(await directory.write("next", "22"), directory.at("a/index.ts"));
  log.note("a", { name: "index.ts", kind: "placed" }, nowMs);
  const second = revisionOf(await scan(), "a");
  assert.notEqual(second, first);

  nowMs += 60_000;
  await directory.write("a/index.ts", "333");
  for (const kind of ["written", "closed"] as const) {
    log.note("a", { name: "index.ts", kind }, nowMs);
  }
  const during = await scan();
  assert.deepEqual([...during.unsettled], ["a"]);
  assert.equal(during.retryAtMs, nowMs + SINGLE_WRITE_MS);
  nowMs += SINGLE_WRITE_MS;
  const third = revisionOf(await scan(), "a");
  assert.notEqual(third, second);

  nowMs += 60_000;
  // An empty file: its content may come next.
  await directory.write("a/index.ts", "");
  log.note("a", { name: "index.ts", kind: "closed" }, nowMs);
  nowMs += SINGLE_WRITE_MS;
  assert.deepEqual([...(await scan()).unsettled], ["a"]);
  nowMs += QUIET_MS;
  assert.notEqual(revisionOf(await scan(), "a"), third);
});

Deno.test("scan() takes a new folder at once only if it was renamed into its place", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("placed/index.ts");
  await directory.write("written/index.ts");
  const log = createActivityLog();
  log.placed("placed", EARLY_MS);
  log.note("written", { name: "index.ts", kind: "placed" }, EARLY_MS);
  const { functions, unsettled } = await scannerOf(directory, undefined, { log }).scan(EARLY_MS);
  assert.deepEqual([[...functions.keys()], [...unsettled]], [["placed"], ["written"]]);
});

Deno.test("scan() of files that have not changed ignores events about others", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  const log = createActivityLog();
  const modules = { paths: [], isComplete: true };
  const scanner = scannerOf(directory, () => modules, { log });
  const nowMs = late();
  await scanner.scan(nowMs);
  for (const name of ["1", "2"]) log.note("a", { name, kind: "written" }, nowMs);
  assert.deepEqual([...(await scanner.scan(nowMs)).unsettled], []);
});

Deno.test("scan() sees any change in the folder of a function with an incomplete graph", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts", "one");
  const scannerWith = (isComplete: boolean): Scanner =>
    scannerOf(directory, () => ({ paths: [directory.at("a/index.ts")], isComplete }));
  const revision = async (isComplete: boolean): Promise<string> => {
    const scan = await scannerWith(isComplete).scan(Date.now() + 10 * QUIET_MS);
    return scan.functions.get("a")!.revision;
  };
  const [complete, incomplete] = [await revision(true), await revision(false)];
  await directory.write("a/late.ts", "late");
  assert.equal(await revision(true), complete);
  assert.notEqual(await revision(false), incomplete);
});

Deno.test("scan() returns a new revision after a failed check, without a change of files", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("app/index.ts");
  const known = new Map<string, Modules>();
  const scanner = scannerOf(directory, (name) => known.get(name));
  await scanner.scan(late());
  const modules = { paths: [], isComplete: false };
  known.set("app", modules);
  const revision = await takeRevision(
    { functionsDirectory: directory.path, entries: ["index.ts"] },
    "app",
    modules,
  );
  assert.equal(revisionOf(await scanner.scan(late()), "app"), revision);
});

Deno.test("scan() refuses a folder with too many files, keeps its known revision, and accepts it later", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts", "1");
  const scanner = createScanner({
    entries: ["index.ts"],
    functionsDirectory: directory.path,
    settleMs: QUIET_MS,
    maxFiles: 20,
    modulesOf: () => ({ paths: [], isComplete: true }),
  });
  const before = await scanner.scan(late());
  assert.deepEqual([[...before.functions.keys()], before.refused.size], [["a"], 0]);
  for (let index = 0; index < 20; index++) await directory.write(`a/deep/${index}`);
  await directory.write("a/index.ts", "22");
  const reason = `"${directory.at("a")}" contains more than 20 files and folders. The running ` +
    "revision keeps serving. Remove some, or raise --max-files";
  const during = await until(scanner, (scan) => scan.refused.size > 0);
  assert.deepEqual([...during.refused], [["a", reason]]);
  assert.deepEqual([during.functions.size, during.ignored.size, during.unsettled.size], [0, 0, 0]);
  await Deno.remove(directory.at("a/deep"), { recursive: true });
  const after = await until(scanner, (scan) => scan.functions.size > 0);
  assert.equal(after.refused.size, 0);
  assert.notEqual(revisionOf(after, "a"), revisionOf(before, "a"));
});

/** Scans until something holds: a folder that was counted just now is not counted at once. */
async function until(scanner: Scanner, holds: (scan: Scan) => boolean): Promise<Scan> {
  let scan: Scan;
  await eventually("a scan as it is wanted", async () => {
    scan = await scanner.scan(late(), new Set(["a"]));
    return holds(scan);
  });
  return scan!;
}

Deno.test("scan(only) scans the named folders, and returns only these", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["a", "b", "c"]) await directory.write(`${name}/index.ts`, "1");
  const scanner = scannerOf(directory);
  const first = await scanner.scan(late());
  assert.deepEqual([...first.tookMs.keys()], ["a", "b", "c"]);
  for (const name of ["a", "b", "c"]) await directory.write(`${name}/index.ts`, "22");
  const options = { others: new Set(["c"]) };
  const second = await scanner.scan(late(), new Set(["a", "gone"]), options);
  assert.deepEqual([...second.names!], ["a", "gone", "c"]);
  assert.deepEqual([...second.tookMs.keys()], ["a", "c"]);
  assert.deepEqual([...second.functions.keys()], ["a", "c"]);
  assert.deepEqual([...second.watched.keys()], ["a", "c"]);
  assert.notEqual(revisionOf(second, "a"), revisionOf(first, "a"));
  const third = await scanner.scan(late());
  assert.equal(third.names, undefined);
  assert.deepEqual([...third.tookMs.keys()], ["a", "b", "c"]);
  assert.equal(revisionOf(third, "a"), revisionOf(second, "a"));
  assert.notEqual(revisionOf(third, "b"), revisionOf(first, "b"));
});

Deno.test("scan(only) forgets a removed function", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["a", "b"]) await directory.write(`${name}/index.ts`);
  const scanner = scannerOf(directory);
  const nowMs = late();
  await scanner.scan(nowMs);
  await Deno.remove(directory.at("a/index.ts"));
  const only = new Set(["a"]);
  assert.deepEqual([...(await scanner.scan(nowMs, only)).unsettled], ["a"]);
  const gone = await scanner.scan(nowMs + QUIET_MS, new Set());
  assert.deepEqual([[...gone.ignored.keys()], gone.unsettled.size], [["a"], 0]);
  await directory.write("a/index.ts");
  assert.ok((await scanner.scan(late(), only)).functions.has("a"));
});

Deno.test("scan() returns exactly the directories to watch", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  await directory.write("a/data/file");
  await directory.write("b/index.ts");
  await directory.write("b/deep/er/file");
  await directory.write("b/node_modules/c/file");
  const paths = ["a/lib/x/mod.ts", "a/index.ts", "_shared/mod.ts"].map(directory.at);
  const scanner = scannerOf(
    directory,
    (name) => name === "a" ? { paths: [...paths, "/etc/env"], isComplete: true } : undefined,
  );
  const { watched } = await scanner.scan(late());
  const of = (name: string): string[] =>
    watched.get(name)!.map(({ root, path }) => `${root} ${path}`).sort();
  assert.deepEqual(of("a"), [
    `${directory.path} _shared`,
    `${directory.at("a")} .`,
    `${directory.at("a")} lib`,
    `${directory.at("a")} lib/x`,
  ]);
  // Of one that no check has seen, all of the tree counts.
  assert.deepEqual(of("b"), [
    `${directory.at("b")} .`,
    `${directory.at("b")} deep`,
    `${directory.at("b")} deep/er`,
  ]);
});

Deno.test("scan() does not list a folder on the event loop", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  for (let index = 0; index < 20_000; index++) {
    Deno.writeTextFileSync(directory.at(`a/${index}`), "");
  }
  const scanner = createScanner({
    entries: ["index.ts"],
    functionsDirectory: directory.path,
    settleMs: QUIET_MS,
    maxFiles: 100,
    modulesOf: () => ({ paths: [], isComplete: true }),
    mountsOf: () => Promise.resolve({ isLocal: true, names: new Set() }),
  });
  const { readDirSync } = Deno;
  let lists = 0;
  Deno.readDirSync = (path) => (lists++, readDirSync(path));
  try {
    assert.equal((await scanner.scan(late())).refused.size, 1);
  } finally {
    Deno.readDirSync = readDirSync;
  }
  assert.equal(lists, 0);
});

Deno.test("scan() covers files that a function watches, also new ones", async () => {
  await using directory = await temporaryDirectory();
  const { at, write } = directory;
  await write("a/index.ts", "code");
  await write("a/t/one.html", "1");
  await write("a/other.txt", "1");
  await write("a/t/data/kept", "1");
  const watch = { patterns: ["t/**"], except: ["t/data"] };
  const modules = { paths: [at("a/index.ts")], isComplete: true, watch };
  const scanner = scannerOf(directory, () => modules);
  const scan = (): Promise<Scan> => scanner.scan(late());
  const settings = { functionsDirectory: directory.path, entries: ["index.ts"] };
  const first = await scan();
  assert.equal(revisionOf(first, "a"), await takeRevision(settings, "a", modules));
  assert.deepEqual(first.watched.get("a")!.map(({ path }) => path), [".", "t"]);
  await write("a/other.txt", "2");
  await write("a/t/data/kept", "2");
  await write("a/t/data/more", "2");
  assert.equal((await scan()).functions.get("a"), first.functions.get("a"), "nothing counts");
  const revisions = [revisionOf(first, "a")];
  const changes = [
    () => write("a/t/one.html", "other"),
    () => write("a/t/deep/two.html", "2"),
    () => Deno.rename(at("a/t/deep/two.html"), at("a/t/deep/three.html")),
    () => Deno.remove(at("a/t/deep/three.html")),
  ];
  for (const change of changes) {
    await change();
    const next = await scan();
    revisions.push(revisionOf(next, "a"));
    assert.equal(revisions.at(-1), await takeRevision(settings, "a", modules));
  }
  // Without the last file, the source is as it was before that file.
  assert.equal(revisions.pop(), revisions[1]);
  assert.equal(new Set(revisions).size, revisions.length);
  assert.deepEqual((await scan()).watched.get("a")!.map(({ path }) => path), [".", "t", "t/deep"]);
});
