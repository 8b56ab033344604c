import assert from "node:assert/strict";
import { oomFile, parseOomKills, planLimits } from "../../lib/sandbox/cgroup_limits.ts";

const LIMITS = { memoryBytes: 1_000_000, processes: 64, cpu: 0.5 };

function plan(...[version, limits]: Parameters<typeof planLimits>): string[] {
  return planLimits(version, limits).map(({ file, value }) => `${file} ${value}`);
}

Deno.test("planLimits() returns the files of each version", () => {
  assert.deepEqual(plan(1, LIMITS), [
    "memory.limit_in_bytes 1000000",
    "memory.memsw.limit_in_bytes 1000000",
    "memory.kmem.tcp.limit_in_bytes 250000",
    "pids.max 64",
    "cpu.cfs_period_us 100000",
    "cpu.cfs_quota_us 50000",
  ]);
  assert.deepEqual(plan(2, LIMITS), [
    "memory.max 1000000",
    "memory.swap.max 0",
    "memory.oom.group 1",
    "pids.max 64",
    "cpu.max 50000 100000",
  ]);
});

Deno.test("planLimits() skips infinite limits, and keeps the kernel's minimum quota", () => {
  const none = { memoryBytes: Infinity, processes: Infinity, cpu: Infinity };
  assert.deepEqual([plan(1, none), plan(2, none)], [[], []]);
  assert.deepEqual(plan(2, { ...none, cpu: 0.001 }), ["cpu.max 1000 100000"]);
});

Deno.test("planLimits() converts weights to the scale of each version", () => {
  const none = { memoryBytes: Infinity, processes: Infinity, cpu: Infinity };
  const rows: readonly [weight: number, v1: string[], v2: string[]][] = [
    [
      100,
      ["cpu.shares 1024", "blkio.weight 100", "blkio.bfq.weight 100"],
      ["cpu.weight 100", "io.weight 100", "io.bfq.weight 100"],
    ],
    [
      1,
      ["cpu.shares 10", "blkio.weight 10", "blkio.bfq.weight 1"],
      ["cpu.weight 1", "io.weight 1", "io.bfq.weight 1"],
    ],
    [
      10_000,
      ["cpu.shares 102400", "blkio.weight 1000", "blkio.bfq.weight 1000"],
      ["cpu.weight 10000", "io.weight 10000", "io.bfq.weight 1000"],
    ],
  ];
  for (const [weight, v1, v2] of rows) {
    const limits = { ...none, cpuWeight: weight, ioWeight: weight };
    assert.deepEqual([plan(1, limits), plan(2, limits)], [v1, v2]);
  }
});

Deno.test("parseOomKills() parses the files of both versions", () => {
  assert.equal(parseOomKills("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"), 3);
  assert.equal(parseOomKills("low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\noom_group_kill 1\n"), 1);
  assert.equal(parseOomKills(""), 0);
  assert.deepEqual([oomFile(1), oomFile(2)], ["memory.oom_control", "memory.events"]);
});
