import assert from "node:assert/strict";
import { type CheckEnd, endOf, type Exhausted } from "../../lib/check/check_bounds.ts";

const BOUNDS = { cpuTimeMs: 60_000, timeoutMs: 600_000 };

const rows: readonly [what: string, end: Partial<CheckEnd>, Exhausted | undefined, RegExp][] = [
  ["without a limit", { code: 1 }, undefined, /^$/],
  [
    "at the CPU time limit, stopped by the supervisor",
    { code: 137, cpuMs: 60_010, stopped: "cpu" },
    "cpu",
    /^The check used its CPU time limit of 60 s\. .*checkCpuTime$/,
  ],
  ["at the CPU time limit, by SIGXCPU", { code: 152 }, "cpu", /CPU time limit of 60 s/],
  [
    "at the CPU time limit, by the kernel's SIGKILL",
    { code: 137, cpuMs: 60_000 },
    "cpu",
    /CPU time limit/,
  ],
  [
    "at the timeout",
    { code: 137, cpuMs: 3_140, stopped: "time" },
    "time",
    /^The check did not end within 10 min\. It used 3\.1 s of CPU time\. .*checkTimeout$/,
  ],
  [
    "at the timeout, with unknown CPU time",
    { code: 137, stopped: "time" },
    "time",
    /10 min\. A host/,
  ],
  ["out of memory in V8", { code: 133 }, "memory", /4GiB\. Import fewer modules/],
  ["out of memory in Rust", { code: 134 }, "memory", /4GiB\. Import fewer modules/],
  ["with a too large file", { code: 153 }, "memory", /512MiB/],
  [
    "by an unknown SIGKILL",
    { code: 137, cpuMs: 59_000 },
    "killed",
    /host may be out of memory/,
  ],
];

for (const [what, end, exhausted, message] of rows) {
  Deno.test(`endOf() describes a check that ended ${what}`, () => {
    const found = endOf({ code: 0, cpuMs: undefined, stopped: undefined, ...end }, BOUNDS);
    assert.equal(found?.exhausted, exhausted);
    assert.match(found?.diagnostics ?? "", message);
  });
}
