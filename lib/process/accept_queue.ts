import { readProcFile } from "../system/read_proc_file.ts";

/** A TCP connection as its server sees it. */
export interface ServedConnection {
  /** Port that the server listens on. */
  readonly port: number;
  /** The client's port. */
  readonly peerPort: number;
}

/** State ESTABLISHED of TCP, in the kernel's tables. */
const ESTABLISHED = "01";

/** State SS_CONNECTING of a Unix socket: the server's end of what nobody has accepted. */
const CONNECTING = "02";

/** A socket without a descriptor has no inode yet. */
const NO_INODE = "0";

/**
 * Whether a connection is established and the server has not accepted it, by its namespace's
 * `/proc/PID/net/tcp` and `tcp6`. The kernel completes a connection by itself; the socket gets an
 * inode when the server takes it. Source: Linux proc_net_tcp.
 *
 * @example
 * ```ts
 * import { isTcpUnaccepted } from "./accept_queue.ts";
 * const row = "0: 0100007F:1F40 0100007F:8AE0 01 0:0 00:0 0 0 0 0 1";
 * isTcpUnaccepted(`sl\n${row}\n`, { port: 8000, peerPort: 35552 }); // true
 * ```
 */
export function isTcpUnaccepted(table: string, { port, peerPort }: ServedConnection): boolean {
  // A function may have very many sockets: only lines that name the client are taken apart.
  const mark = `${hexPort(peerPort)} ${ESTABLISHED} `;
  for (let at = table.indexOf(mark); at !== -1; at = table.indexOf(mark, at + 1)) {
    const line = table.slice(table.lastIndexOf("\n", at) + 1, lineEnd(table, at));
    const [, local, peer, state, , , , , , inode] = line.trim().split(/\s+/);
    const isIt = state === ESTABLISHED && local?.endsWith(hexPort(port)) &&
      peer?.endsWith(hexPort(peerPort));
    if (isIt && inode === NO_INODE) return true;
  }
  return false;
}

/**
 * Whether a connection to a Unix socket is not accepted, by the `/proc/PID/net/unix` of a process in
 * the client's network namespace and the path that the server has bound. Source: proc_pid_net(5).
 */
export function isUnixUnaccepted(table: string, path: string): boolean {
  const end = ` ${CONNECTING} ${NO_INODE.padStart(5)} ${path}`;
  const found = table.indexOf(`${end}\n`);
  return found !== -1 || table.endsWith(end);
}

/** As {@linkcode isTcpUnaccepted}, read in the namespace of a process. */
export async function readTcpUnaccepted(
  pid: number,
  connection: ServedConnection,
): Promise<boolean> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((file) => readProcFile(`/proc/${pid}/net/${file}`)),
  );
  return tables.some((table) => isTcpUnaccepted(table, connection));
}

/** As {@linkcode isUnixUnaccepted}, read in this process's own namespace. */
export async function readUnixUnaccepted(path: string): Promise<boolean> {
  return isUnixUnaccepted(await readProcFile("/proc/self/net/unix"), path);
}

/** As it stands behind an address: `:1F40`. */
function hexPort(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}
