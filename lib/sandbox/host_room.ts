import { readOpenFilesLimit } from "../system/open_files_limit.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import {
  findLimitedGroups,
  type GroupFiles,
  parseLimit,
  type Room,
  roomOfGroup,
  tightestOf,
  UNLIMITED,
} from "./limited_groups.ts";

/** Room on the host for ddsrv and its functions, within the limits of ddsrv's own groups. */
export interface HostRoom {
  /** In bytes. */
  readonly memory: Room;
  /** Processes and threads. */
  readonly processes: Room;
  /** Files that the supervisor may open. */
  readonly openFiles: Room;
}

/**
 * Finds the limits that apply to this process, and returns a function that reads the present room.
 * Reading takes some hundred microseconds. What a host does not tell is unlimited.
 */
export async function openHostRoom(): Promise<() => HostRoom> {
  const [mountInfo = "", ownGroups = "", threadsMax = "", pidMax = "", mostFiles] = await Promise
    .all([
      readOptionalTextFile("/proc/self/mountinfo"),
      readOptionalTextFile("/proc/self/cgroup"),
      readOptionalTextFile("/proc/sys/kernel/threads-max"),
      readOptionalTextFile("/proc/sys/kernel/pid_max"),
      readOpenFilesLimit(),
    ]);
  const { memory, processes } = findLimitedGroups({ mountInfo, ownGroups });
  const most = Math.min(Number(threadsMax) || Infinity, Number(pidMax) || Infinity);
  return () => {
    const { total, available } = Deno.systemMemoryInfo();
    return {
      memory: tightestOf([{ limit: total, left: available }, ...memory.map(readRoom)]),
      processes: tightestOf([
        roomOfThreads(readText("/proc/loadavg"), most),
        ...processes.map(readRoom),
      ]),
      openFiles: roomOfFiles(countOpenFiles(), mostFiles),
    };
  };
}

/**
 * Returns the room for threads of the host by the text of `/proc/loadavg`, proc_loadavg(5).
 *
 * @example
 * ```ts
 * import { roomOfThreads } from "./host_room.ts";
 * roomOfThreads("0.00 0.01 0.05 1/234 5678\n", 1_000).left; // 766
 * ```
 */
export function roomOfThreads(loadavg: string, limit: number): Room {
  const present = Number(/ \d+\/(\d+) /.exec(loadavg)?.[1] ?? 0);
  return { limit, left: Math.max(0, limit - present) };
}

function roomOfFiles(present: number, limit: number): Room {
  return limit === Infinity ? UNLIMITED : { limit, left: Math.max(0, limit - present) };
}

function readRoom(files: GroupFiles): Room {
  const limit = readText(files.limit);
  // Statistics of a group with many others below take the kernel long.
  if (parseLimit(limit) === Infinity) return UNLIMITED;
  return roomOfGroup({
    limit,
    used: readText(files.used),
    ...files.stat === undefined ? {} : { stat: readText(files.stat) },
  });
}

/** Since Linux 6.2, the size of this directory is its number of files; before that, it is 0. */
function countOpenFiles(): number {
  try {
    return Deno.statSync("/proc/self/fd").size;
  } catch {
    return 0;
  }
}

/** Returns an empty text for a file that is missing, or can't be read. */
function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
