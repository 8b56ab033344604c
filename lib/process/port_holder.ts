import { readProcFile } from "../system/read_proc_file.ts";
import {
  findConflicts,
  type ListeningSocket,
  parseListeningSockets,
  parseUnixListeners,
} from "./listening_sockets.ts";

/** An address that another process listens on. */
export interface TakenPort {
  readonly hostname: string;
  readonly port: number;
}

/**
 * The process that listens on a port. `hidden`: the kernel lists the socket, but its process belongs
 * to another user or PID namespace. `none`: the kernel lists no such socket, because it was closed
 * meanwhile or is bound without listening.
 */
export type PortHolder =
  | { readonly type: "hidden" }
  | { readonly type: "none" }
  | {
    readonly type: "process";
    readonly pid: number;
    /** Name chosen by the process: any text of up to 15 bytes. */
    readonly command: string;
    /** Paths of Unix sockets on which it listens. */
    readonly unixSockets: readonly string[];
  };

/** Maximum number of links read over all processes, because one process may have a million. */
const MAX_LINKS = 2_000_000;

/** Finds the process that listens on a port in this network namespace; the lowest pid of several. */
export async function findPortHolder(taken: TakenPort): Promise<PortHolder> {
  const inodes = findConflicts(await listListening(), taken);
  if (inodes.length === 0) return { type: "none" };
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`));
  let left = MAX_LINKS;
  for (const pid of listProcesses()) {
    if (left <= 0) break;
    const links = readDescriptors(pid, left);
    left -= links.length;
    if (!links.some((link) => wanted.has(link))) continue;
    const command = (await readProcFile(`/proc/${pid}/comm`)).replace(/\n$/, "");
    return { type: "process", pid, command, unixSockets: await unixSocketsOf(links) };
  }
  return { type: "hidden" };
}

async function listListening(): Promise<ListeningSocket[]> {
  const tables = await Promise.all(
    ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map(readProcFile),
  );
  return tables.flatMap(parseListeningSockets);
}

function listProcesses(): number[] {
  return Array.from(Deno.readDirSync("/proc"), ({ name }) => Number(name))
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

/** Lists the open files of a process; none if it has exited or belongs to another user. */
function readDescriptors(pid: number, max: number): string[] {
  const directory = `/proc/${pid}/fd`;
  const links: string[] = [];
  try {
    for (const { name } of Deno.readDirSync(directory)) {
      if (links.length === max) break;
      try {
        links.push(Deno.readLinkSync(`${directory}/${name}`));
      } catch {
        // The file was closed meanwhile.
      }
    }
  } catch {
    // The process has exited, or belongs to another user.
  }
  return links;
}

async function unixSocketsOf(links: readonly string[]): Promise<string[]> {
  const listening = parseUnixListeners(await readProcFile("/proc/self/net/unix"));
  const open = new Set(links);
  return [...listening].filter(([inode]) => open.has(`socket:[${inode}]`)).map(([, path]) => path);
}
