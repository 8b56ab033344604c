import assert from "node:assert/strict";
import { type ActivityLog, createActivityLog } from "../../lib/function/activity_log.ts";
import { watchFunctions } from "../../lib/function/watch.ts";
import type { WatchedDirectory } from "../../lib/function/watched_directory.ts";
import { eventually, within } from "../patience.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

/** A watch and the hints that it gave. */
interface Watching extends AsyncDisposable {
  readonly warnings: readonly string[];
  readonly follow: (
    watched: Readonly<Record<string, readonly WatchedDirectory[]>>,
  ) => Promise<void>;
  /** Resolves at the next hint for this folder. */
  readonly hinted: (name: string) => Promise<void>;
  /** Returns the names of all hints since the last call. */
  readonly names: () => string[];
}

function watch(
  directory: TemporaryDirectory,
  { maxOfFolder = 256, log }: { readonly maxOfFolder?: number; readonly log?: ActivityLog } = {},
): Watching {
  const stop = new AbortController();
  const warnings: string[] = [];
  const seen = new Set<string>();
  const waiting = new Map<string, () => void>();
  const watching = watchFunctions(directory.path, {
    signal: stop.signal,
    maxOfFolder,
    log,
    // These tests don't cover polling of the directory's modification time.
    pollMs: 60_000,
    onWarning: (message) => warnings.push(message),
    onHint(names) {
      for (const name of names === "all" ? ["all"] : names) seen.add(name);
      // A hint for all counts for each folder: the events of one read become one hint.
      for (const name of names === "all" ? [...waiting.keys()] : names) waiting.get(name)?.();
    },
  });
  return {
    warnings,
    follow: (watched) => watching.follow(new Map(Object.entries(watched))),
    async hinted(name) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(name, resolve);
      try {
        await within(promise, `a hint of ${name}`);
      } finally {
        waiting.delete(name);
      }
    },
    names() {
      const names = [...seen].sort();
      seen.clear();
      return names;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching.ended;
    },
  };
}

/** Returns the watched paths of a folder: the folder and directories in it. */
function folder(
  directory: TemporaryDirectory,
  name: string,
  ...paths: string[]
): WatchedDirectory[] {
  return [".", ...paths].map((path) => ({ root: directory.at(name), path }));
}

/** Returns the number of inotify instances of this process. */
function countInstances(): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`) === "anon_inode:inotify";
    } catch {
      // Another test has closed it.
      return false;
    }
  }).length;
}

/** Returns the number of directories that this process watches, see proc_pid_fdinfo(5). */
function countWatches(): number {
  return [...Deno.readDirSync("/proc/self/fdinfo")].map(({ name }) => {
    try {
      return Deno.readTextFileSync(`/proc/self/fdinfo/${name}`).split("inotify wd:").length - 1;
    } catch {
      return 0;
    }
  }).reduce((sum, one) => sum + one, 0);
}

Deno.test("watchFunctions() reports the changed folder, or all after a change of the directory", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  await directory.write("b/lib/mod.ts");
  await using watching = watch(directory);
  await watching.hinted("all");
  await watching.follow({ a: folder(directory, "a"), b: folder(directory, "b", "lib") });
  watching.names();
  const one = watching.hinted("a");
  await directory.write("a/index.ts", "1");
  await one;
  const two = watching.hinted("b");
  await directory.write("b/lib/mod.ts", "2");
  await two;
  assert.deepEqual(watching.names(), ["a", "b"]);
  const any = watching.hinted("all");
  await directory.write("deno.json", "{}");
  await any;
});

Deno.test("watchFunctions() logs what events tell about the files of a folder", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["a", "b"]) await directory.write(`${name}/index.ts`, "1");
  await directory.write("shared/mod.ts");
  const log = createActivityLog();
  await using watching = watch(directory, { log });
  await watching.hinted("all");
  const shared: WatchedDirectory = { root: directory.path, path: "shared" };
  await watching.follow({
    a: [...folder(directory, "a"), shared],
    b: [...folder(directory, "b"), shared],
  });
  const quietOf = (name: string): number | undefined => {
    const nowMs = Date.now() + 1_000;
    return log.restOf(name, { nowMs, settleMs: 200, isNew: false, isEmptied: false })?.quietMs;
  };
  const becomes = (name: string, quietMs: number): Promise<void> =>
    eventually(`${name} needs ${quietMs} ms`, () => quietOf(name) === quietMs);
  const cases: readonly [what: () => Promise<unknown>, quietMs: number][] = [
    [() => directory.write("a/index.ts", "22"), 50],
    [() => directory.write("a/other.ts", "22"), 200],
  ];
  for (const [change, quietMs] of cases) {
    await change();
    await becomes("a", quietMs);
  }
  log.forget("a");
  await Deno.rename(directory.at("a/other.ts"), directory.at("a/index.ts"));
  // The name that went is a change of its own.
  await becomes("a", 200);
  log.forget("a");
  await directory.write("shared/mod.ts", "1");
  for (const name of ["a", "b"]) await becomes(name, 200);
  for (const name of ["a", "b"]) log.forget(name);
  // A folder is replaced by two renames; what happens to the old one then is no matter.
  await directory.write(".next/index.ts", "3");
  await Deno.rename(directory.at("a"), directory.at(".old"));
  await Deno.rename(directory.at(".next"), directory.at("a"));
  await Deno.remove(directory.at(".old"), { recursive: true });
  await becomes("a", 0);
});

Deno.test("watchFunctions() reports a folder when it starts to watch it", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  await using watching = watch(directory);
  await watching.hinted("all");
  const watched = { a: folder(directory, "a") };
  await watching.follow(watched);
  assert.deepEqual(watching.names(), ["a", "all"]);
  await watching.follow(watched);
  assert.deepEqual(watching.names(), []);
});

Deno.test("watchFunctions() sees changes of folders with pipes and sockets", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("hostile/index.ts");
  await directory.write("a/index.ts");
  await using watching = watch(directory);
  await watching.hinted("all");
  const watched = { hostile: folder(directory, "hostile"), a: folder(directory, "a") };
  await watching.follow(watched);
  const names = ["pipe", "index.ts", "deno.json"];
  for (const name of names) {
    const path = directory.at(`hostile/${name}`);
    await Deno.remove(path).catch(() => {});
    const hinted = watching.hinted("hostile");
    await new Deno.Command("mkfifo", { args: [path] }).output();
    await hinted;
  }
  using _ = Deno.listen({ transport: "unix", path: directory.at("hostile/socket") });
  await watching.follow({ ...watched, hostile: folder(directory, "hostile") });
  for (let round = 0; round < 3; round++) {
    const hinted = watching.hinted("a");
    await directory.write("a/index.ts", `${round}`);
    await hinted;
  }
});

Deno.test("watchFunctions() follows no link below a folder", async () => {
  await using directory = await temporaryDirectory();
  await using elsewhere = await temporaryDirectory();
  for (let index = 0; index < 50; index++) await elsewhere.write(`tree/d${index}/file`);
  await directory.write("a/index.ts");
  await directory.write("a/real/mod.ts");
  await Deno.symlink(elsewhere.at("tree"), directory.at("a/link"));
  await using watching = watch(directory);
  await watching.hinted("all");
  const before = countWatches();
  assert.equal(before, 1);
  await watching.follow({ a: folder(directory, "a", "link", "link/d1", "..", "real") });
  // The folder and its directory `real`; links are not followed.
  assert.equal(countWatches() - before, 2);
  // Positive control: the root itself may be a link, because it belongs to the operator.
  await watching.follow({ a: [{ root: directory.at("a/link"), path: "." }] });
  assert.equal(countWatches() - before, 1);
});

Deno.test("watchFunctions() limits the watched directories per folder and warns", async () => {
  await using directory = await temporaryDirectory();
  const paths = Array.from({ length: 20 }, (_, index) => `d${index}`);
  for (const path of paths) await directory.write(`a/${path}/file`);
  await directory.write("b/index.ts");
  await using watching = watch(directory, { maxOfFolder: 10 });
  await watching.hinted("all");
  const before = countWatches();
  await watching.follow({ a: folder(directory, "a", ...paths), b: folder(directory, "b") });
  assert.equal(countWatches() - before, 11);
  assert.deepEqual(watching.warnings, [
    '"a" has more than 10 directories to watch. Only rescans find changes in the others',
  ]);
  await watching.follow({ b: folder(directory, "b") });
  assert.equal(countWatches() - before, 1);
});

Deno.test("watchFunctions() watches a folder that replaced another", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/lib/mod.ts");
  await directory.write(".next/lib/mod.ts");
  await using watching = watch(directory);
  await watching.hinted("all");
  const watched = { a: folder(directory, "a", "lib") };
  await watching.follow(watched);
  const moved = watching.hinted("all");
  await Deno.rename(directory.at("a"), directory.at(".old"));
  await Deno.rename(directory.at(".next"), directory.at("a"));
  await moved;
  await watching.follow(watched);
  const hinted = watching.hinted("a");
  await directory.write("a/lib/mod.ts", "1");
  await hinted;
  await watching.follow({ a: folder(directory, "a", "lib") });
  watching.names();
  await directory.write(".old/lib/mod.ts", "1");
  const last = watching.hinted("a");
  await directory.write("a/index.ts");
  await last;
  assert.equal(countWatches(), 3, "what went away is watched no more");
});

Deno.test("watchFunctions() watches a directory that comes back", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/lib/mod.ts");
  await using watching = watch(directory);
  await watching.hinted("all");
  const watched = { a: folder(directory, "a", "lib") };
  await watching.follow(watched);
  const gone = watching.hinted("a");
  await Deno.remove(directory.at("a/lib"), { recursive: true });
  await gone;
  await watching.follow(watched);
  const back = watching.hinted("a");
  await directory.write("a/lib/mod.ts", "1");
  await back;
  await watching.follow(watched);
  const hinted = watching.hinted("a");
  await directory.write("a/lib/mod.ts", "2");
  await hinted;
});

Deno.test("watchFunctions() mutes a folder with thousands of events but not its neighbor", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("hostile/index.ts");
  await directory.write("a/index.ts");
  await using watching = watch(directory);
  await watching.hinted("all");
  await watching.follow({ hostile: folder(directory, "hostile"), a: folder(directory, "a") });
  assert.equal(countWatches(), 3);
  await eventually("it watches the hostile folder no more", () => {
    if (countWatches() < 3) return true;
    for (let index = 0; index < 500; index++) {
      Deno.writeTextFileSync(directory.at(`hostile/${index}`), "");
    }
    return false;
  });
  assert.equal(countWatches(), 2);
  const hinted = watching.hinted("a");
  await directory.write("a/index.ts", "1");
  await hinted;
});

Deno.test("watchFunctions() closes all descriptors", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  const before = countInstances();
  for (let round = 0; round < 5; round++) {
    await using watching = watch(directory);
    await watching.hinted("all");
    await watching.follow({ a: folder(directory, "a") });
  }
  assert.equal(countInstances(), before);
});
