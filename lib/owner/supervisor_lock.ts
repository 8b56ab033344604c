import { acquireLockFile, type LockFile } from "../system/lock_file.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";

/** Who holds a lock, as it stands in the lock's file. */
export interface Holder {
  readonly pid: number;
  /** Host that its pid counts on. */
  readonly hostname: string;
  /** Path that its functions directory is served by. */
  readonly functionsDirectory: string;
  /** Path of its control socket. */
  readonly socket: string;
}

/** Gives a message that names who holds a lock; nothing where that is not written there. */
export type DescribeHolder = (holder: Holder | undefined) => string;

/**
 * Takes a lock that one supervisor has at a time, and writes down who that is.
 *
 * @throws {Error} with the message of `describe` when another process has it
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
 * A supervisor by the words that lead to it.
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
