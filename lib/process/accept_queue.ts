import { readProcFile } from "../system/read_proc_file.ts";

/** A TCP connection, from the side of its server. */
export interface ServedConnection {
  /** Port that the server listens on. */
  readonly port: number;
  /** The client's port. */
  readonly peerPort: number;
}

/** State ESTABLISHED of TCP, in the kernel's tables. */
const ESTABLISHED = "01";

/** State SS_CONNECTING of a Unix socket: the server has not accepted it. */
const CONNECTING = "02";

/** Inode of a socket that no process has a descriptor of. */
const NO_INODE = "0";

/**
 * Returns true if a table from `/proc/PID/net/tcp` or `tcp6` lists a connection as established but
 * not accepted: the kernel completes a handshake on its own, and the socket gets an inode when the
 * server accepts it. Source: Linux proc_net_tcp.
 *
 * @example
 * ```ts
 * import { isTcpUnaccepted } from "./accept_queue.ts";
 * const row = "0: 0100007F:1F40 0100007F:8AE0 01 0:0 00:0 0 0 0 0 1";
 * isTcpUnaccepted(`sl\n${row}\n`, { port: 8000, peerPort: 35552 }); // true
 * ```
 */
export function isTcpUnaccepted(table: string, { port, peerPort }: ServedConnection): boolean {
  // A function may have a great many sockets, so parse only lines that contain the client's port.
  const mark = `${hexPort(peerPort)} ${ESTABLISHED} `;
  for (let at = table.indexOf(mark); at !== -1; at = table.indexOf(mark, at + 1)) {
    const line = table.slice(table.lastIndexOf("\n", at) + 1, lineEnd(table, at));
    const [, local, peer, state, , , , , , inode] = line.trim().split(/\s+/);
    const isMatch = state === ESTABLISHED && local?.endsWith(hexPort(port)) &&
      peer?.endsWith(hexPort(peerPort));
    if (isMatch && inode === NO_INODE) return true;
  }
  return false;
}

/**
 * Returns true if a table from `/proc/PID/net/unix` lists a connection to the socket bound to `path`
 * that is not accepted. The table must be from the client's network namespace. Source:
 * proc_pid_net(5).
 */
export function isUnixUnaccepted(table: string, path: string): boolean {
  const end = ` ${CONNECTING} ${NO_INODE.padStart(5)} ${path}`;
  const found = table.indexOf(`${end}\n`);
  return found !== -1 || table.endsWith(end);
}

/** Reads the tables in the namespace of a process for {@linkcode isTcpUnaccepted}. */
export async function readTcpUnaccepted(
  pid: number,
  connection: ServedConnection,
): Promise<boolean> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((file) => readProcFile(`/proc/${pid}/net/${file}`)),
  );
  return tables.some((table) => isTcpUnaccepted(table, connection));
}

/** Reads the table in the namespace of this process for {@linkcode isUnixUnaccepted}. */
export async function readUnixUnaccepted(path: string): Promise<boolean> {
  return isUnixUnaccepted(await readProcFile("/proc/self/net/unix"), path);
}

/** Formats a port as in the table: `:1F40`. */
function hexPort(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}
