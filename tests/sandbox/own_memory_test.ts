import assert from "node:assert/strict";
import { openControlGroups, readHierarchy } from "../../lib/sandbox/control_groups.ts";
import { readProcessFigures } from "../../lib/system/process_figures.ts";

const MIB = 1024 ** 2;

Deno.test("ControlGroup.ownMemoryBytes() counts allocated memory, and not the program's pages", async () => {
  await using groups = await openControlGroups(`o${Deno.pid}`, await readHierarchy());
  const limits = { memoryBytes: 512 * MIB, processes: 64, cpu: Infinity };
  const small = await measure("");
  const large = await measure("const kept = new Uint8Array(50 * 2 ** 20).fill(1);");
  assert.ok(small.own < 30 * MIB, JSON.stringify(small));
  assert.ok(small.resident > small.own + 10 * MIB, JSON.stringify(small));
  const grown = large.own - small.own;
  assert.ok(grown > 45 * MIB && grown < 65 * MIB, JSON.stringify({ small, large }));

  /** Runs code in a group of its own until it has printed a line. */
  async function measure(code: string): Promise<{ own: number; resident: number }> {
    await using group = await groups.open("1", limits);
    assert.equal(group.ownMemoryBytes(), 0);
    const join = group.joinFiles.map((file) => `echo 0 >'${file}'; `).join("");
    const wait = "setInterval(() => {}, 1e6); console.log(Deno.pid);";
    const child = new Deno.Command("sh", {
      args: ["-c", `${join}exec "$0" eval "$1"`, Deno.execPath(), `${code} ${wait}`],
      stdout: "piped",
    }).spawn();
    try {
      const reader = child.stdout.getReader();
      const line = new TextDecoder().decode((await reader.read()).value);
      await reader.cancel();
      const { memoryBytes: resident } = readProcessFigures(Number(line))!;
      return { own: group.ownMemoryBytes()!, resident };
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
  }
});
