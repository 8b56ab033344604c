import assert from "node:assert/strict";
import { findAccounts, openProcessorMeter } from "./processor_meter.ts";

const MOUNTS: readonly [what: string, mountInfo: string, expected: string | undefined][] = [
  ["alone", "1 2 0:3 / /sys/a rw - cgroup cgroup rw,cpuacct", "/sys/a"],
  ["with another", "1 2 0:3 / /sys/a rw - cgroup cgroup rw,cpu,cpuacct", "/sys/a"],
  ["among others", "1 2 0:3 / /b rw - tmpfs t rw\n1 2 0:3 / /c rw - cgroup c rw,cpuacct,cpu", "/c"],
  ["nowhere in version 2", "1 2 0:3 / /sys/a rw - cgroup2 cgroup2 rw,nsdelegate", undefined],
  ["nowhere", "", undefined],
];

for (const [what, mountInfo, expected] of MOUNTS) {
  Deno.test(`findAccounts() finds accounts ${what}`, () => {
    assert.equal(findAccounts(mountInfo), expected);
  });
}

Deno.test("openProcessorMeter() counts orphaned processes and leaves nothing behind", async () => {
  const name = `ddsrv-meter-${Deno.pid}`;
  const base = findAccounts(await Deno.readTextFile("/proc/self/mountinfo"));
  {
    await using meter = await openProcessorMeter(name);
    if (meter === undefined) return assert.ok(base === undefined || Deno.uid() !== 0);
    // The shell ends at once. What it leaves is ended when it has had a second of a processor.
    const script = 'echo 0 >"$0"; (ulimit -t 1; while :; do :; done) & echo';
    await new Deno.Command("sh", { args: ["-c", script, meter.joinFile] }).output();
    assert.ok(await meter.read() > 0.8);
  }
  await assert.rejects(Deno.stat(`${base}/${name}`), Deno.errors.NotFound);
});
