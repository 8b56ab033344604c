/** A TCP socket that waits for connections. */
export interface Listener {
  readonly port: number;
  /** Whom it listens to: every IPv4 address, its own loopback, or only ones we can't reach. */
  readonly scope: "any" | "loopback" | "unreachable";
}

/** State LISTEN in the kernel's table. */
const LISTEN = "0A";

/**
 * The listening sockets of a `/proc/PID/net/tcp` or `tcp6` table. Addresses there are hexadecimal,
 * in groups of four bytes of the machine's (little-endian) order. Source: Linux proc_net_tcp.
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
 * Whether a namespace has TCP sockets at all, by its `/proc/PID/net/sockstat` or `sockstat6`. That is
 * a counter; to read the table, the kernel walks through one that all namespaces share, which takes
 * milliseconds where there is much memory. Without an answer there may be some.
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

/**
 * The listener that requests go to: one that is open to all before one on loopback alone, and the
 * preferred port before others, of which the lowest is taken.
 */
export function chooseListener(
  listeners: readonly Listener[],
  preferredPort: number,
): Listener | undefined {
  const rank = (one: Listener): number =>
    (one.scope === "any" ? 0 : 2) + (one.port === preferredPort ? 0 : 1);
  return listeners
    .filter((one) => one.scope !== "unreachable")
    .sort((a, b) => rank(a) - rank(b) || a.port - b.port)[0];
}

function scopeOf(address: string): Listener["scope"] {
  if (/^0+$/.test(address)) return "any";
  // ::ffff:127.0.0.1 is IPv4 loopback as well.
  const v4 = address.replace(/^0{16}FFFF0000/, "");
  if (v4.length !== 8) return "unreachable";
  return v4.endsWith("7F") ? "loopback" : "any";
}
