/** Address of a connection's other end, and the port of this end. */
export interface LocalConnection {
  /** Dotted IPv4 address. */
  readonly hostname: string;
  readonly port: number;
  readonly ownPort: number;
}

/**
 * Returns the user id of the process at the other end of a TCP connection within this network
 * namespace, from the texts of `/proc/net/tcp` and `tcp6`; `undefined` if it is not there. Addresses
 * are hexadecimal, in groups of four bytes in host byte order (little-endian); the field `uid` is the
 * eighth. Source: Linux proc_net_tcp.
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
  const address = hostname.split(".").reverse().map((part) => hex(Number(part), 2)).join("");
  const local = `${address}:${hex(port, 4)}`;
  const remote = `:${hex(ownPort, 4)}`;
  for (const line of tables.flatMap((table) => table.split("\n"))) {
    const [, from, to, , , , , uid] = line.trim().split(/\s+/);
    if (from?.endsWith(local) && to?.endsWith(remote)) return Number(uid);
  }
  return undefined;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
