import assert from "node:assert/strict";
import { launchShell, type ProcessLimits } from "../../lib/sandbox/launch_shell.ts";

/** Returns limits that a command sees in the shell, where the host's hard limits are `host`. */
async function limitsOf(limits: ProcessLimits, host: string): Promise<number[]> {
  const seen = launchShell({ limits }, ["sh", "-c", "ulimit -n; ulimit -t; ulimit -f"]);
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `${host}; exec "$@"`, "sh", ...seen],
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").map(Number);
}

Deno.test("launchShell() sets limits, also where the host allows less already", async () => {
  const limits = { files: 200, cpuSeconds: 60, fileBytes: 512_000 };
  assert.deepEqual(await limitsOf(limits, "true"), [200, 60, 1_000]);
  const [files, ...others] = await limitsOf(limits, "ulimit -n 100");
  // Root may raise its limit.
  assert.ok(files === 100 || files === 200, String(files));
  assert.deepEqual(others, [60, 1_000]);
});
