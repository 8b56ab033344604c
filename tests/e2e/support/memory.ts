import assert from "node:assert/strict";

/** What is on its way through a proxy that keeps nothing, and the garbage of it. */
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;

/** A process that is watched. */
export interface MemoryWatch {
  /** Fails if it ever held much more than in the beginning, even for a moment. */
  readonly assertSteady: () => Promise<void>;
}

/** Begins to watch a process; its peak up to now is forgotten (proc_pid_clear_refs(5)). */
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
