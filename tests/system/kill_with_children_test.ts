import assert from "node:assert/strict";
import { readChildren } from "../../lib/system/children.ts";
import { killWithChildren } from "../../lib/system/kill_with_children.ts";
import { eventually } from "../patience.ts";

/** Returns true if the process exists and is not a zombie. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    return !/^State:\s+[ZX]/m.test(await Deno.readTextFile(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

Deno.test("killWithChildren() kills a process and its children", async () => {
  const child = new Deno.Command("sh", {
    args: ["-c", "trap '' TERM; sleep 60 & echo ready; wait"],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const [sleeper] = await readChildren(child.pid);
  assert.ok(sleeper !== undefined && await isAlive(sleeper));
  await killWithChildren(child.pid);
  assert.equal((await child.status).signal, "SIGKILL");
  // The end of the pipe shows that no process holds it any more.
  while (!(await reader.read()).done);
  // A process closes its files shortly before it exits.
  await eventually("the child has exited", async () => !await isAlive(sleeper));
});

Deno.test("killWithChildren() kills a stopped process and ignores one that has ended", async () => {
  const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  child.kill("SIGSTOP");
  await killWithChildren(child.pid);
  assert.equal((await child.status).signal, "SIGKILL");
  await killWithChildren(child.pid);
});
