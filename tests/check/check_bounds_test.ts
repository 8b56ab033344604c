import assert from "node:assert/strict";
import { type CheckEnd, endOf, type Exhausted } from "../../lib/check/check_bounds.ts";

const BOUNDS = { cpuTimeMs: 60_000, timeoutMs: 600_000 };

const rows: readonly [what: string, end: Partial<CheckEnd>, Exhausted | undefined, RegExp][] = [
  ["by itself", { code: 1 }, undefined, /^$/],
  [
    "of processor time, seen by the supervisor",
    { code: 137, cpuMs: 60_010, stopped: "cpu" },
    "cpu",
    /^The check used its CPU time limit of 60 s\. .*checkCpuTime$/,
  ],
  ["of processor time, by SIGXCPU", { code: 152 }, "cpu", /CPU time limit of 60 s/],
  [
    "of processor time, by the kernel's SIGKILL",
    { code: 137, cpuMs: 60_000 },
    "cpu",
    /CPU time limit/,
  ],
  [
    "by the clock",
    { code: 137, cpuMs: 3_140, stopped: "time" },
    "time",
    /^The check did not end within 10 min\. It used 3\.1 s of CPU time\. .*checkTimeout$/,
  ],
  ["by the clock, with unknown use", { code: 137, stopped: "time" }, "time", /10 min\. A host/],
  ["without memory, as V8 ends", { code: 133 }, "memory", /4GiB\. Import fewer modules/],
  ["without memory, as Rust ends", { code: 134 }, "memory", /4GiB\. Import fewer modules/],
  ["with a file that is too large", { code: 153 }, "memory", /512MiB/],
  [
    "by somebody else's SIGKILL",
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
