/** Address of a connection's other end, and the port of this end. */
export interface LocalConnection {
  /** Dotted IPv4 address. */
  readonly hostname: string;
  readonly port: number;
  readonly ownPort: number;
}

const LOOPBACK = "127.0.0.1";

/** State of an established connection, see `tcp_states.h` of Linux. */
const ESTABLISHED = "01";

/**
 * Returns the user id of the process at the other end of a TCP connection to 127.0.0.1 within this
 * network namespace, from the texts of `/proc/net/tcp` and `tcp6`; `undefined` if it is not there.
 * Addresses are hexadecimal, in groups of four bytes in host byte order (little-endian); the field
 * `uid` is the eighth. Source: Linux proc_net_tcp.
 *
 * The kernel says user 0 for a connection that its process has closed. So only an established one
 * counts, and only to this address: the same port can have another connection to 127.0.0.2.
 *
 * @example
 * ```ts
 * import { peerOwner } from "./peer_owner.ts";
 * const table = "sl\n 0: 0100007F:C350 0100007F:240D 01 0:0 0:0 0 1000 0";
 * peerOwner([table], { hostname: "127.0.0.1", port: 50000, ownPort: 9229 }); // 1000
 * ```
 */
export function peerOwner(
  tables: readonly string[],
  { hostname, port, ownPort }: LocalConnection,
): number | undefined {
  const local = `${hexAddress(hostname)}:${hex(port, 4)}`;
  const remote = `${hexAddress(LOOPBACK)}:${hex(ownPort, 4)}`;
  for (const line of tables.flatMap((table) => table.split("\n"))) {
    const [, from, to, state, , , , uid] = line.trim().split(/\s+/);
    const isSame = from?.endsWith(local) && to?.endsWith(remote);
    if (isSame && state === ESTABLISHED) return Number(uid);
  }
  return undefined;
}

function hexAddress(dotted: string): string {
  return dotted.split(".").reverse().map((part) => hex(Number(part), 2)).join("");
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
