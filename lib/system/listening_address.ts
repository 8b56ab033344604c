import type { SocketLibrary } from "./socket_library.ts";

/** Address of a listening TCP socket. */
export interface ListeningAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Source: asm-generic/socket.h and bits/socket.h, the same wherever Deno runs on Linux. */
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_ACCEPTCONN = 30;
const SOCK_STREAM = 1;
const AF_INET = 2;
const AF_INET6 = 10;

/** Size of a socket address of IPv6, the largest one (ipv6(7)). */
const ADDRESS_BYTES = 28;

/** Returns the address of a listening TCP socket, or why a descriptor is none, as half a sentence. */
export function readListeningAddress(
  { symbols }: SocketLibrary,
  descriptor: number,
): ListeningAddress | string {
  const optionOf = (name: number): number | undefined => {
    const value = new Int32Array(1);
    const read = symbols.getsockopt(descriptor, SOL_SOCKET, name, value, new Uint32Array([4]));
    return read === 0 ? value[0] : undefined;
  };
  const type = optionOf(SO_TYPE);
  if (type === undefined) return "is not a socket";
  if (type !== SOCK_STREAM) return "is a socket for datagrams";
  if (optionOf(SO_ACCEPTCONN) !== 1) return "is a socket that does not listen";
  const bytes = new Uint8Array(ADDRESS_BYTES);
  if (symbols.getsockname(descriptor, bytes, new Uint32Array([ADDRESS_BYTES])) !== 0) {
    return "is a socket without an address";
  }
  return parseSocketAddress(bytes) ?? "is not a TCP socket";
}

/**
 * Parses a `struct sockaddr_in` or `sockaddr_in6`; `undefined` for other families. Source: ip(7),
 * ipv6(7); the form of IPv6 addresses is that of RFC 5952.
 */
export function parseSocketAddress(bytes: Uint8Array<ArrayBuffer>): ListeningAddress | undefined {
  const family = new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const port = view.getUint16(2);
  if (family === AF_INET) return { hostname: bytes.subarray(4, 8).join("."), port };
  if (family !== AF_INET6) return undefined;
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(8 + 2 * index));
  return { hostname: canonical(groups.map((group) => group.toString(16)).join(":")), port };
}

/** Returns the one form of an IPv6 address; other texts stay. */
function canonical(address: string): string {
  return address.includes(":") ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}

/** Returns the descriptors of this process that listen at an address. */
export function findListening(
  library: SocketLibrary,
  { hostname, port }: ListeningAddress,
): number[] {
  return [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name)).filter((one) => {
    // For other files, and for the closed descriptor of this directory, it is a reason.
    const found = readListeningAddress(library, one);
    return typeof found !== "string" && found.hostname === canonical(hostname) &&
      found.port === port;
  });
}
