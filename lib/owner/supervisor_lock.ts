import { acquireLockFile, takeInheritedLock } from "../system/lock_file.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";

/** Holder of a lock, as written in the lock file. */
export interface Holder {
  readonly pid: number;
  readonly hostname: string;
  /** Path under which its functions directory is served. */
  readonly functionsDirectory: string;
  readonly socket: string;
}

/** A lock that this process can hand over to another one. */
export interface SupervisorLock extends Disposable {
  readonly path: string;
  /** Names this process as the holder, once the lock that it has inherited is its own. */
  readonly own: () => void;
}

/** Options of {@linkcode lockForSupervisor}. */
export interface SupervisorLockOptions {
  readonly holder: Holder;
  readonly describe: DescribeHolder;
  /** Descriptors of locked files that a predecessor has handed over. */
  readonly inherited?: readonly number[] | undefined;
}

/** Returns an error message about the holder; `undefined` when the lock file does not name it. */
export type DescribeHolder = (holder: Holder | undefined) => string;

/**
 * Acquires a lock that only one supervisor can hold, and writes the holder into its file. A lock that
 * a predecessor has handed over belongs to both: its file names the predecessor until `own`, and only
 * the process that the file names removes it.
 *
 * @throws {Error} with the message of `describe` when another process holds the lock
 */
export async function lockForSupervisor(
  path: string,
  { holder, describe, inherited = [] }: SupervisorLockOptions,
): Promise<SupervisorLock> {
  const text = `${JSON.stringify(holder)}\n`;
  const lock = takeInheritedLock(path, inherited) ?? acquireLockFile(path, text);
  if (lock !== undefined) {
    return {
      path,
      own: () => lock.write(text),
      [Symbol.dispose]() {
        // Without a text, the disk was full.
        const { pid } = parseHolder(lock.read()) ?? holder;
        if (pid === holder.pid) lock[Symbol.dispose]();
        else lock.leave();
      },
    };
  }
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
  return parseHolder(await readOptionalTextFile(path) ?? "");
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, hostname, functionsDirectory, socket } = JSON.parse(text);
    const texts = [hostname, functionsDirectory, socket];
    if (!Number.isSafeInteger(pid) || !texts.every((one) => typeof one === "string")) {
      return undefined;
    }
    return { pid, hostname, functionsDirectory, socket };
  } catch {
    return undefined;
  }
}
