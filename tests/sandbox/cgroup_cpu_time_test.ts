import assert from "node:assert/strict";
import { parseCpuTime } from "../../lib/sandbox/cgroup_cpu_time.ts";
import { openControlGroups, readHierarchy } from "../../lib/sandbox/control_groups.ts";

const rows: readonly [version: 1 | 2, text: string, ms: number | undefined][] = [
  [1, "1500000000\n", 1_500],
  [1, "0\n", 0],
  [1, "", undefined],
  [2, "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nnr_periods 0\n", 1_500],
  [2, "user_usec 1000000\n", undefined],
  [2, "", undefined],
];

for (const [version, text, ms] of rows) {
  Deno.test(`parseCpuTime() parses ${JSON.stringify(text)} of version ${version}`, () => {
    assert.equal(parseCpuTime(version, text), ms);
  });
}

Deno.test("ControlGroup.cpuTimeMs() counts all processes, ended ones included", async () => {
  await using groups = await openControlGroups(`c${Deno.pid}`, await readHierarchy());
  await using parent = await groups.openParent("checks", {
    memoryBytes: Infinity,
    processes: Infinity,
    cpu: Infinity,
  });
  await using group = await parent.open("one", { memoryBytes: 1e9, processes: 64, cpu: Infinity });
  const start = (await group.cpuTimeMs())!;
  assert.ok(start < 100);
  const loop = "i=0; while [ $((i += 1)) -lt 300000 ]; do :; done";
  const join = group.joinFiles.map((file) => `echo 0 >'${file}'; `).join("");
  // Two in parallel: the parent's times contain neither before both have ended.
  const script = `${join}(${loop}) & (${loop}) & wait; cat /proc/$$/stat`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  const fields = new TextDecoder().decode(stdout).split(") ")[1]!.split(" ");
  const childrenMs = 10 * (Number(fields[13]) + Number(fields[14]));
  const usedMs = (await group.cpuTimeMs())! - start;
  assert.ok(childrenMs > 0 && usedMs >= childrenMs * 0.8, `${usedMs} of ${childrenMs} ms`);
});
