import { acquireLockFile, type LockFile } from "../system/lock_file.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";

/** Holder of a lock, as written in the lock file. */
export interface Holder {
  readonly pid: number;
  readonly hostname: string;
  /** Path under which its functions directory is served. */
  readonly functionsDirectory: string;
  readonly socket: string;
}

/** Returns an error message about the holder; `undefined` when the lock file does not name it. */
export type DescribeHolder = (holder: Holder | undefined) => string;

/**
 * Acquires a lock that only one supervisor can hold, and writes the holder into its file.
 *
 * @throws {Error} with the message of `describe` when another process holds the lock
 */
export async function lockForSupervisor(
  path: string,
  { holder, describe }: { readonly holder: Holder; readonly describe: DescribeHolder },
): Promise<LockFile> {
  const lock = acquireLockFile(path, `${JSON.stringify(holder)}\n`);
  if (lock !== undefined) return lock;
  throw new Error(describe(await readHolder(path)));
}

/**
 * Describes a supervisor by its process id, host and control socket.
 *
 * @example
 * ```ts
 * import { nameHolder } from "./supervisor_lock.ts";
 * const there = { hostname: "a", functionsDirectory: "/f", socket: "/s" };
 * nameHolder({ ...there, pid: 812 }, "a"); // 'process 812, control socket "/s"'
 * ```
 */
export function nameHolder(
  { pid, hostname, socket }: Holder,
  ownHostname: string = Deno.hostname(),
): string {
  const where = hostname === ownHostname ? "" : ` on host "${hostname}"`;
  return `process ${pid}${where}, control socket "${socket}"`;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const { pid, hostname, functionsDirectory, socket } = JSON.parse(
      await readOptionalTextFile(path) ?? "",
    );
    const texts = [hostname, functionsDirectory, socket];
    if (!Number.isSafeInteger(pid) || !texts.every((one) => typeof one === "string")) {
      return undefined;
    }
    return { pid, hostname, functionsDirectory, socket };
  } catch {
    return undefined;
  }
}
