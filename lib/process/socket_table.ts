/** A listening TCP socket. */
export interface Listener {
  readonly port: number;
  /** Reachable on any IPv4 address, on IPv4 loopback only, or not over IPv4. */
  readonly scope: "any" | "loopback" | "unreachable";
}

/** State LISTEN in the kernel's table. */
const LISTEN = "0A";

/**
 * Parses the listening sockets from `/proc/PID/net/tcp` or `tcp6`. Addresses are hexadecimal, in
 * groups of four bytes in host byte order (little-endian). Source: Linux proc_net_tcp.
 *
 * @example
 * ```ts
 * import { parseSocketTable } from "./socket_table.ts";
 * parseSocketTable("sl\n 0: 0100007F:1F40 00000000:0000 0A 0:0"); // [{ port: 8000, scope: "loopback" }]
 * ```
 */
export function parseSocketTable(table: string): Listener[] {
  return table.split("\n").slice(1).flatMap((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    const [address, port] = local?.split(":") ?? [];
    if (state !== LISTEN || address === undefined || port === undefined) {
      return [];
    }
    return [{ port: parseInt(port, 16), scope: scopeOf(address) }];
  });
}

/**
 * Returns false if `/proc/PID/net/sockstat` or `sockstat6` shows that a namespace has no TCP sockets.
 * Reading this counter is cheap. For a table of sockets, the kernel walks a hash table shared by all
 * namespaces, which takes milliseconds on hosts with much memory.
 *
 * @example
 * ```ts
 * import { mayHaveSockets } from "./socket_table.ts";
 * mayHaveSockets("sockets: used 9\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\n"); // false
 * ```
 */
export function mayHaveSockets(counters: string): boolean {
  return !/^TCP6?: inuse 0\b/m.test(counters);
}

function scopeOf(address: string): Listener["scope"] {
  if (/^0+$/.test(address)) return "any";
  // ::ffff:127.0.0.1 is IPv4 loopback as well.
  const v4 = address.replace(/^0{16}FFFF0000/, "");
  if (v4.length !== 8) return "unreachable";
  return v4.endsWith("7F") ? "loopback" : "any";
}
