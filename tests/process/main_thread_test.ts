import { equal } from "node:assert/strict";
import { type MainThread, parseMainThread, readMainThread } from "../../lib/process/main_thread.ts";

const rows: readonly (readonly [stat: string, call: string, expected: MainThread])[] = [
  ["7 (deno) S 1 2", "232 0x3 0x56 0x400\n", "idle"],
  ["7 (deno) S 1 2", "281 0x3 0x56 0x400\n", "idle"],
  // Atomics.wait() waits for a futex, spawnSync() for a child, readSync() for a file.
  ["7 (deno) S 1 2", "202 0x7f\n", "busy"],
  ["7 (deno) S 1 2", "61 0x7f\n", "busy"],
  ["7 (deno) D 1 2", "0 0x4\n", "busy"],
  ["7 (deno) S 1 2", "-1 0x7ffe 0x7f77\n", "busy"],
  ["7 (deno) R 1 2", "running\n", "busy"],
  // The kernel also says "running" just after a call has returned.
  ["7 (deno) S 1 2", "running\n", "busy"],
  // A thread that was stopped while waiting for events is not idle.
  ["7 (deno) T 1 2", "232 0x3\n", "busy"],
  ["7 (deno) t 1 2", "232 0x3\n", "busy"],
  // Without the right to trace it, only running and sleeping can be distinguished.
  ["7 (deno) S 1 2", "", "unknown"],
  ["7 (deno) R 1 2", "", "busy"],
  // A forged name, and a process that has exited.
  ["7 (a) R 1) S 1 2", "232 0x3\n", "idle"],
  ["7 (deno) Z 1 2", "", "gone"],
  ["", "", "gone"],
];

Deno.test("parseMainThread() recognizes a thread that waits for events", () => {
  for (const [stat, call, expected] of rows) {
    equal(parseMainThread({ stat, call, arch: "x86_64" }), expected, `${stat} / ${call}`);
  }
  equal(parseMainThread({ stat: "7 (deno) S", call: "22 0x3", arch: "aarch64" }), "idle");
  equal(parseMainThread({ stat: "7 (deno) S", call: "232 0x3", arch: "aarch64" }), "busy");
});

Deno.test('readMainThread() returns "gone" for a process that has exited', async () => {
  equal(await readMainThread(2 ** 22 + 1), "gone");
});

Deno.test("readMainThread() recognizes a waiting, a spinning and a blocked Deno", async () => {
  const cases = [
    ["setTimeout(() => {}, 60_000)", "idle"],
    ["for (;;);", "busy"],
    ["Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)", "busy"],
  ] as const;
  await Promise.all(cases.map(async ([code, expected]) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", `console.log("up"); ${code}`],
      stdout: "piped",
    }).spawn();
    try {
      await child.stdout.getReader().read();
      let seen: MainThread | undefined;
      // It may take a moment to get there.
      for (let look = 0; look < 200 && seen !== expected; look++) {
        seen = await readMainThread(child.pid);
        if (seen !== expected) await new Promise((resolve) => setTimeout(resolve, 50));
      }
      equal(seen, expected, code);
    } finally {
      child.kill("SIGKILL");
      await child.status;
      await child.stdout.cancel().catch(() => {});
    }
  }));
});
