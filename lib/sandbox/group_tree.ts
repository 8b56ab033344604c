import { join } from "node:path";
import { sendSignal } from "../system/kill_with_children.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { sleep } from "../system/sleep.ts";

/** Creates and removes groups; the kernel creates and removes their files with them. */
export interface GroupTree {
  readonly make: (path: string) => Promise<void>;
  /** Fails with `EBUSY` while a process or another group is in it. */
  readonly remove: (path: string) => Promise<void>;
}

/** The kernel's own. */
export const kernelTree: GroupTree = {
  make: (path) => Deno.mkdir(path),
  remove: (path) => Deno.remove(path),
};

/** Number of attempts to empty a group before giving up, and the delay between them. */
const MAX_ROUNDS = 200;
const ROUND_MS = 5;

/**
 * Ends all processes of a group and of those below it, and takes them all away. A group that is
 * gone already is no error.
 */
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

/** Names of the groups right below one; none when that is not there. */
export async function readGroups(path: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.filter((entry) => entry.isDirectory).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Processes of a group, without those of groups below it. */
export async function readProcesses(path: string): Promise<number[]> {
  const text = await readOptionalTextFile(join(path, "cgroup.procs")).catch((error) => {
    // A predecessor's reaper takes groups away at the same time.
    if (isGone(error)) return "";
    throw error;
  });
  // Processes of another process namespace show as 0.
  return (text ?? "").split("\n").map(Number).filter((pid) => pid > 0);
}

/** `cgroup.kill` ends a whole tree at once; without it (version 1), one after the other. */
async function killAll(path: string): Promise<void> {
  try {
    await Deno.writeTextFile(join(path, "cgroup.kill"), "1", { create: false });
    return;
  } catch {
    // Not of version 2, or of a kernel before 5.14.
  }
  for (const pid of await readProcesses(path)) {
    sendSignal(pid, "SIGKILL");
  }
}

/** Whether something is still in a group, or in the way of what is asked of it. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && (error as { code?: string }).code === "EBUSY";
}

/** A file that is not there, a process that has ended, or a group that was taken away. */
export function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Error && ["ESRCH", "ENODEV"].includes((error as { code?: string }).code ?? "");
}
