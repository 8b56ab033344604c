/** A listening TCP socket. */
export interface Listener {
  readonly port: number;
  readonly scope: Scope;
}

/**
 * Reachable on any IPv4 address; on all addresses, unless its socket is for IPv6 alone, which the
 * table does not show; on 127.0.0.1; on an address of IPv6; on ::1; or not at all.
 */
export type Scope = "any" | "dual" | "loopback" | "any6" | "loopback6" | "unreachable";

/** The address ::1 in the kernel's table. */
const LOOPBACK6 = `${"0".repeat(24)}01000000`;

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

/** Returns the listener as others reach it without IPv6. */
export function withoutIpv6(listener: Listener): Listener {
  const { port, scope } = listener;
  if (scope === "dual") return { port, scope: "any" };
  return scope === "any6" || scope === "loopback6" ? { port, scope: "unreachable" } : listener;
}

/** Returns true for listeners on other addresses than those of loopback. */
export function isOpen({ scope }: Listener): boolean {
  return scope === "any" || scope === "dual" || scope === "any6";
}

/** Returns true for listeners on loopback alone. */
export function isLoopback({ scope }: Listener): boolean {
  return scope === "loopback" || scope === "loopback6";
}

function scopeOf(address: string): Scope {
  if (/^0+$/.test(address)) return address.length === 8 ? "any" : "dual";
  // ::ffff:127.0.0.1 is IPv4 loopback as well.
  const v4 = address.replace(/^0{16}FFFF0000/, "");
  if (v4.length === 8) return v4.endsWith("7F") ? "loopback" : "any";
  return address === LOOPBACK6 ? "loopback6" : "any6";
}
