import assert from "node:assert/strict";
import { type Inotify, type InotifyEvent, WatchLimitError } from "../../lib/function/inotify.ts";
import { createWatchTable, type WatchTable } from "../../lib/function/watch_table.ts";
import type { WatchedDirectory } from "../../lib/function/watched_directory.ts";

/** A kernel that gives each path a watch of its own, as many as it may. */
function fakeKernel(limit = Infinity): {
  readonly inotify: Inotify;
  /** By path, the directory that is there. */
  readonly inodes: Map<string, number>;
  readonly watched: Set<number>;
} {
  const inodes = new Map<string, number>();
  const watched = new Set<number>();
  let next = 1;
  const inotify: Inotify = {
    add({ path }) {
      if (!inodes.has(path)) inodes.set(path, next++);
      const inode = inodes.get(path)!;
      if (inode === 0) return undefined;
      if (!watched.has(inode) && watched.size >= limit) throw new WatchLimitError("too many");
      watched.add(inode);
      return inode;
    },
    remove: (watch) => void watched.delete(watch),
    next: () => Promise.resolve([]),
    [Symbol.dispose]: () => {},
  };
  return { inotify, inodes, watched };
}

interface Table extends WatchTable {
  readonly warnings: readonly string[];
}

function tableOf(inotify: Inotify, maxInAll = 100): Table {
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  return { ...createWatchTable(inotify, { maxOfFolder: 10, maxInAll, onWarning }), warnings };
}

const of = (...paths: string[]): WatchedDirectory[] => paths.map((path) => ({ root: "/f", path }));

const event = (watch: number, change: Partial<InotifyEvent> = {}): InotifyEvent => ({
  watch,
  isGone: false,
  isMoved: false,
  child: undefined,
  isPlaced: false,
  change: undefined,
  ...change,
});

Deno.test("ownersOf() returns all folders that share a directory", async () => {
  const { inotify, watched } = fakeKernel();
  const table = tableOf(inotify);
  const both = new Map([["a", of("shared")], ["b", of("shared")]]);
  assert.deepEqual([...await table.follow(both)], ["a", "b"]);
  assert.deepEqual([...table.ownersOf(event(1))], ["a", "b"]);
  await table.follow(new Map([["b", of("shared")]]));
  assert.deepEqual([...table.ownersOf(event(1))], ["b"]);
  assert.equal(watched.size, 1);
  await table.follow(new Map());
  assert.equal(watched.size, 0);
});

Deno.test("follow() warns once about the kernel's limit and continues when it allows more", async () => {
  const { inotify, watched } = fakeKernel(2);
  const table = tableOf(inotify);
  const all = new Map([["a", of("a")], ["b", of("b")], ["c", of("c")], ["d", of("d")]]);
  await table.follow(all);
  await table.follow(all);
  assert.equal(watched.size, 2);
  assert.deepEqual(table.warnings, [
    'Cannot watch "c": too many. Only rescans find changes',
  ]);
  all.delete("a");
  assert.deepEqual([...await table.follow(all)], ["c"]);
});

Deno.test("follow() does not exceed the total limit of watches", async () => {
  const { inotify, watched } = fakeKernel();
  const table = tableOf(inotify, 3);
  await table.follow(new Map([["a", of("1", "2")], ["b", of("3", "4")]]));
  assert.equal(watched.size, 3);
  assert.deepEqual(table.warnings, [
    "More than 3 directories need a watch. Only rescans find changes in the others",
  ]);
});

for (const what of ["moved", "lost"] as const) {
  Deno.test(`follow() watches what took a directory's place after ${what}()`, async () => {
    const { inotify, inodes, watched } = fakeKernel();
    const table = tableOf(inotify);
    const folders = new Map([["a", of("a", "lib")]]);
    await table.follow(folders);
    inodes.set("lib", 99);
    assert.equal((await table.follow(folders)).size, 0);
    table[what]("a");
    assert.deepEqual([...await table.follow(folders)], ["a"]);
    assert.deepEqual([...watched].sort(), [1, 99]);
  });
}

Deno.test("follow() retries a missing directory for each folder that needs it", async () => {
  const { inotify, inodes } = fakeKernel();
  const table = tableOf(inotify);
  const folders = new Map([["a", of("lib")], ["b", of("lib")]]);
  inodes.set("lib", 0);
  assert.equal((await table.follow(folders)).size, 0);
  inodes.set("lib", 5);
  assert.deepEqual([...await table.follow(folders)], ["a", "b"]);
  assert.deepEqual([...table.ownersOf(event(5, { isGone: true }))], ["a", "b"]);
  assert.deepEqual([...table.ownersOf(event(5))], []);
  inodes.set("lib", 6);
  assert.deepEqual([...await table.follow(folders)], ["a", "b"]);
});

Deno.test("follow() ignores a folder while it is muted", async () => {
  const { inotify, watched } = fakeKernel();
  const table = tableOf(inotify);
  const folders = new Map([["a", of("a")]]);
  await table.follow(folders);
  table.setMuted("a", true);
  assert.equal((await table.follow(folders)).size + watched.size, 0);
  table.setMuted("a", false);
  assert.deepEqual([...await table.follow(folders)], ["a"]);
});
