import assert from "node:assert/strict";
import { watchUse } from "../../lib/check/use_watch.ts";

const LOOP = "while :; do :; done";

function spawn(script: string): Deno.ChildProcess {
  return new Deno.Command("sh", { args: ["-c", script], stdin: "piped" }).spawn();
}

async function end(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await child.stdin.close();
  await child.status;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

Deno.test("watchUse() stops commands that together used their CPU time", async () => {
  await using use = watchUse({ maxCpuMs: 200, everyMs: 10 });
  const first = spawn(LOOP);
  use.follow(first.pid);
  while ((await use.used() ?? 0) < 120) {
    assert.equal(use.signal.aborted, false);
  }
  await end(first);
  const usedMs = (await use.used())!;
  const second = spawn(LOOP);
  use.follow(second.pid);
  await aborted(use.signal);
  assert.ok((await use.used())! >= Math.max(200, usedMs));
  await end(second);
});

Deno.test("watchUse() uses the group's CPU time, or else that of processes", async () => {
  let grouped: number | undefined = 90;
  await using use = watchUse({
    maxCpuMs: 100,
    everyMs: 5,
    cpuTimeMs: () => grouped === 95 ? Promise.reject(new Error("gone")) : Promise.resolve(grouped),
  });
  assert.equal(await use.used(), 90);
  grouped = 95;
  assert.equal(await use.used(), 90, "a look that fails changes nothing");
  grouped = undefined;
  const child = spawn(LOOP);
  use.follow(child.pid);
  await aborted(use.signal);
  await end(child);
});

Deno.test("watchUse() distinguishes a waiting command from a working one", async () => {
  for (const [script, expected] of [["read -r _", true], [LOOP, false]] as const) {
    const looks: boolean[] = [];
    const seen = Promise.withResolvers<void>();
    await using use = watchUse({
      maxCpuMs: Infinity,
      everyMs: 20,
      onLook(isIdle) {
        looks.push(isIdle);
        // The first measurement may include the start.
        if (isIdle === expected && looks.length > 1) seen.resolve();
      },
    });
    const child = spawn(script);
    use.follow(child.pid);
    await seen.promise;
    await end(child);
  }
});

Deno.test("watchUse() reports nothing about an ended command", async () => {
  const child = spawn("true");
  await child.stdin.close();
  await child.status;
  await using use = watchUse({ maxCpuMs: 1, everyMs: 5, onLook: () => assert.fail() });
  use.follow(child.pid);
  assert.equal(await use.used(), undefined);
  assert.equal(use.signal.aborted, false);
});
