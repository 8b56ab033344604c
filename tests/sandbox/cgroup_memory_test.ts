import assert from "node:assert/strict";
import { memoryFiles, parseOwnMemory } from "../../lib/sandbox/cgroup_memory.ts";

const rows: readonly [
  what: string,
  version: 1 | 2,
  texts: readonly string[],
  bytes: number | undefined,
][] = [
  [
    "rss, files in memory and kernel memory",
    1,
    ["cache 9\nrss 100\nshmem 20\n", "3\n", "4\n"],
    127,
  ],
  ["the group's own figures", 1, ["rss 1\nshmem 2\ntotal_rss 10\ntotal_shmem 20\n", "", ""], 3],
  ["rss alone on a kernel without other files", 1, ["rss 5\n", "", ""], 5],
  ["nothing of a removed group", 1, ["", "", ""], undefined],
  [
    "kernel memory without its caches",
    2,
    ["anon 100\nfile 70\nkernel 30\nshmem 20\nsock 5\nslab_reclaimable 8\n"],
    147,
  ],
  [
    "parts of kernel memory before Linux 5.18",
    2,
    ["anon 100\nfile 70\nkernel_stack 1\npagetables 2\npercpu 3\nslab_unreclaimable 4\nslab 9\n"],
    110,
  ],
  ["no negative kernel memory", 2, ["anon 100\nkernel 1\nslab_reclaimable 8\n"], 100],
  ["nothing of a removed group", 2, [""], undefined],
];

for (const [what, version, texts, bytes] of rows) {
  Deno.test(`parseOwnMemory() of version ${version} counts ${what}`, () => {
    assert.equal(parseOwnMemory(version, texts), bytes);
    assert.equal(memoryFiles(version).length, texts.length);
  });
}
