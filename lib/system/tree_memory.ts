import { readChildren } from "./children.ts";
import { readProcFile } from "./read_proc_file.ts";

/** Maximum number of processes to read, and of sandbox processes around one. */
const MAX_PROCESSES = 256;
const MAX_AROUND = 8;

/**
 * Returns the memory in bytes of a process, its descendants and the processes of its sandbox, which
 * are its ancestors below `spawner`: anonymous and shared memory, without pages of files.
 * `undefined` if it has ended.
 */
export async function readTreeMemory(
  pid: number,
  { spawner = Deno.pid }: { readonly spawner?: number } = {},
): Promise<number | undefined> {
  const pids = [await findTop(pid, spawner)];
  let bytes: number | undefined;
  for (let index = 0; index < pids.length && index < MAX_PROCESSES; index++) {
    const own = parseOwnPages(await readProcFile(`/proc/${pids[index]}/status`));
    if (own === undefined) continue;
    bytes = (bytes ?? 0) + own;
    pids.push(...await readChildren(pids[index]!));
  }
  return bytes;
}

/** Returns the ancestor that `spawner` started; the process itself if there is none. */
async function findTop(pid: number, spawner: number): Promise<number> {
  let top = pid;
  for (let step = 0; step < MAX_AROUND; step++) {
    const parent = parseParent(await readProcFile(`/proc/${top}/status`));
    if (parent === spawner) return top;
    if (parent === undefined || parent < 2) break;
    top = parent;
  }
  return pid;
}

function parseParent(status: string): number | undefined {
  const parent = /^PPid:\s+(\d+)$/m.exec(status)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/**
 * Parses the anonymous and the shared memory in bytes from `/proc/PID/status`; `undefined` for a
 * zombie process. Source: proc_pid_status(5), RssAnon and RssShmem.
 */
export function parseOwnPages(status: string): number | undefined {
  const figures = Array.from(status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm));
  if (figures.length === 0) return undefined;
  return figures.reduce((sum, [, kibibytes]) => sum + Number(kibibytes) * 1024, 0);
}
