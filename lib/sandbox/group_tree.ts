import { join } from "node:path";
import { sendSignal } from "../system/kill_with_children.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { sleep } from "../system/sleep.ts";

/** Creates and removes groups; the kernel creates and removes their files with them. */
export interface GroupTree {
  readonly make: (path: string) => Promise<void>;
  /** Throws `EBUSY` while a process or another group is in it. */
  readonly remove: (path: string) => Promise<void>;
}

/** Groups in the kernel's cgroup file system. */
export const kernelTree: GroupTree = {
  make: (path) => Deno.mkdir(path),
  remove: (path) => Deno.remove(path),
};

/** Number of attempts to empty a group before giving up, and the delay between them. */
const MAX_ROUNDS = 200;
const ROUND_MS = 5;

/** Removes a group with all its processes and children. A missing group is not an error. */
export async function removeGroup(path: string, tree: GroupTree): Promise<void> {
  for (let round = 0;; round++) {
    try {
      await tree.remove(path);
      return;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (!isBusy(error) || round === MAX_ROUNDS) throw error;
    }
    await killAll(path);
    for (const name of await readGroups(path)) await removeGroup(join(path, name), tree);
    await sleep(ROUND_MS);
  }
}

/** Returns the names of a group's children; empty when the group does not exist. */
export async function readGroups(path: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.filter((entry) => entry.isDirectory).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Returns the process ids of a group, without those of its children. */
export async function readProcesses(path: string): Promise<number[]> {
  const text = await readOptionalTextFile(join(path, "cgroup.procs")).catch((error) => {
    // The reaper of a killed supervisor may remove groups at the same time.
    if (isGone(error)) return "";
    throw error;
  });
  // Processes of another process namespace appear as 0.
  return (text ?? "").split("\n").map(Number).filter((pid) => pid > 0);
}

/** Kills a whole tree by `cgroup.kill`; without it (v1), the processes of one group. */
async function killAll(path: string): Promise<void> {
  try {
    await Deno.writeTextFile(join(path, "cgroup.kill"), "1", { create: false });
    return;
  } catch {
    // Cgroup v1, or a kernel before 5.14.
  }
  for (const pid of await readProcesses(path)) {
    sendSignal(pid, "SIGKILL");
  }
}

/** Returns true if an error means that a group is not empty or in use. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && (error as { code?: string }).code === "EBUSY";
}

/** Returns true if an error means that a file, a process or a group no longer exists. */
export function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Error && ["ESRCH", "ENODEV"].includes((error as { code?: string }).code ?? "");
}
