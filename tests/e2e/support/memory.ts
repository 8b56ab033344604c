import assert from "node:assert/strict";

/** Upper bound for data in transit and garbage in a proxy that buffers no bodies. */
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;

/** Watches the memory of a process. */
export interface MemoryWatch {
  /** Fails if the process ever used much more memory than at the beginning, even for a moment. */
  readonly assertSteady: () => Promise<void>;
}

/** Starts to watch a process; resets its peak (proc_pid_clear_refs(5)). */
export async function watchMemory(pid: number): Promise<MemoryWatch> {
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
  const before = await readBytes(pid, "VmRSS");
  return {
    async assertSteady() {
      const growth = await readBytes(pid, "VmHWM") - before;
      assert.ok(growth < MAX_GROWTH_BYTES, `The process grew by ${growth} bytes`);
    },
  };
}

async function readBytes(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
}
