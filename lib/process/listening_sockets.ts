/** A listening TCP socket from the kernel's tables. */
export interface ListeningSocket {
  /** An IPv4 address, or the eight groups of an IPv6 address without leading zeros. */
  readonly address: string;
  readonly port: number;
  /** Number in its name below `/proc/PID/fd`: `socket:[INODE]`. */
  readonly inode: string;
}

/** State LISTEN in the kernel's table. */
const LISTEN = "0A";

/** Flag of a listening Unix socket: __SO_ACCEPTCON of linux/net.h. */
const ACCEPTS = 0x10000;

const ANY = ["0.0.0.0", "0:0:0:0:0:0:0:0"];

/**
 * Parses the listening sockets from `/proc/net/tcp` or `/proc/net/tcp6`. Source: Linux proc_net_tcp.
 *
 * @example
 * ```ts
 * import { parseListeningSockets } from "./listening_sockets.ts";
 * parseListeningSockets("sl\n 0: 0100007F:1F40 0:0 0A 0:0 0:0 0 0 0 77 1");
 * // [{ address: "127.0.0.1", port: 8000, inode: "77" }]
 * ```
 */
export function parseListeningSockets(table: string): ListeningSocket[] {
  return table.split("\n").slice(1).flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [hex, port] = fields[1]?.split(":") ?? [];
    const address = addressOf(hex ?? "");
    const inode = fields[9];
    if (fields[3] !== LISTEN || address === undefined || port === undefined) return [];
    return inode === undefined ? [] : [{ address, port: parseInt(port, 16), inode }];
  });
}

/**
 * Returns the inodes of the sockets that conflict with listening on an address and port. For a host
 * name, or an address of IPv6, every socket on that port counts as a conflict.
 */
export function findConflicts(
  sockets: readonly ListeningSocket[],
  { hostname, port }: { readonly hostname: string; readonly port: number },
): string[] {
  const isOther = (address: string): boolean =>
    /^[\d.]+$/.test(hostname) && /^[\d.]+$/.test(address) && hostname !== address &&
    !ANY.includes(hostname) && !ANY.includes(address);
  return sockets.filter((one) => one.port === port && !isOther(one.address))
    .map(({ inode }) => inode);
}

/**
 * Parses `/proc/net/unix`: returns paths of listening Unix sockets by inode. Source: proc_pid_net(5).
 *
 * @example
 * ```ts
 * import { parseUnixListeners } from "./listening_sockets.ts";
 * parseUnixListeners("Num\n00: 00000002 00000000 00010000 0001 01 77 /run/a b.sock");
 * // Map { "77" => "/run/a b.sock" }
 * ```
 */
export function parseUnixListeners(table: string): Map<string, string> {
  const lines = table.matchAll(/^\S+: \S+ \S+ (\S+) \S+ \S+ +(\d+) (\/.*)$/gm);
  return new Map(
    Array.from(lines)
      .filter(([, flags]) => (parseInt(flags!, 16) & ACCEPTS) !== 0)
      .map(([, , inode, path]) => [inode!, path!]),
  );
}

/** Decodes an address: hexadecimal, in groups of four bytes in host byte order (little-endian). */
function addressOf(hex: string): string | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined;
  const bytes = hex.match(/.{8}/g)!.flatMap((group) => group.match(/../g)!.reverse());
  // ::ffff:127.0.0.1 is IPv4 loopback as well.
  const isMapped = hex.startsWith("0000000000000000FFFF0000");
  const v4 = isMapped ? bytes.slice(12) : bytes;
  if (v4.length === 4) return v4.map((byte) => parseInt(byte, 16)).join(".");
  return Array.from({ length: 8 }, (_, at) => parseInt(bytes[2 * at]! + bytes[2 * at + 1]!, 16))
    .map((group) => group.toString(16)).join(":");
}
