/** Source: asm-generic/socket.h and linux/tcp.h, the same on all architectures that Deno supports. */
const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;
const SO_ACCEPTCONN = 30;
const SOL_TCP = 6;
const TCP_NODELAY = 1;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;

/** Size of a socket address of IPv6, the largest one (ipv6(7)). */
const ADDRESS_BYTES = 28;

/** Times of keep-alive probes. */
export interface KeepAlive {
  /** Time without data until the first probe. */
  readonly idleS: number;
  /** Time between two probes. */
  readonly intervalS: number;
  /** Number of unanswered probes after which the connection is broken. */
  readonly probes: number;
}

/** A socket option: its level, its name and its value. */
type SocketOption = readonly [level: number, name: number, value: number];

/**
 * Sets the keep-alive times of all connections that this process accepts at a TCP port from now on:
 * accepted sockets have the options of their listener (tcp(7)). Deno only switches keep-alive on,
 * with the kernel's time of two hours. Returns the number of listeners, 0 on other systems than Linux,
 * or if libc.so.6 can't be loaded.
 */
export function setKeepAlive(port: number, { idleS, intervalS, probes }: KeepAlive): number {
  return setOptions(port, [
    [SOL_SOCKET, SO_KEEPALIVE, 1],
    [SOL_TCP, TCP_KEEPIDLE, idleS],
    [SOL_TCP, TCP_KEEPINTVL, intervalS],
    [SOL_TCP, TCP_KEEPCNT, probes],
  ]);
}

/**
 * Lets all connections that this process accepts at a TCP port from now on send small pieces at once,
 * without waiting for an acknowledgement (TCP_NODELAY, tcp(7)). Connections of Deno's TLS listeners
 * have no method for that. Returns the number of listeners, as {@linkcode setKeepAlive} does.
 */
export function setNoDelay(port: number): number {
  return setOptions(port, [[SOL_TCP, TCP_NODELAY, 1]]);
}

function setOptions(port: number, options: readonly SocketOption[]): number {
  if (Deno.build.os !== "linux") return 0;
  try {
    const library = openLibrary();
    try {
      const { setsockopt } = library.symbols;
      const listeners = findListeners(library, port);
      for (const descriptor of listeners) {
        for (const [level, name, value] of options) {
          setsockopt(descriptor, level, name, new Int32Array([value]), 4);
        }
      }
      return listeners.length;
    } finally {
      library.close();
    }
  } catch {
    return 0;
  }
}

type Library = ReturnType<typeof openLibrary>;

function openLibrary() {
  return Deno.dlopen("libc.so.6", {
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
    getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  });
}

/** Returns the descriptors of this process that listen on a port. */
function findListeners({ symbols }: Library, port: number): number[] {
  return [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name)).filter((one) => {
    const listens = new Int32Array(1);
    const size = new Uint32Array([4]);
    // For other files than sockets, and for the closed descriptor of this directory, it fails.
    if (symbols.getsockopt(one, SOL_SOCKET, SO_ACCEPTCONN, listens, size) !== 0) return false;
    if (listens[0] !== 1) return false;
    const address = new Uint8Array(ADDRESS_BYTES);
    if (symbols.getsockname(one, address, new Uint32Array([ADDRESS_BYTES])) !== 0) return false;
    return isInternet(address) && new DataView(address.buffer).getUint16(2) === port;
  });
}

/** AF_INET or AF_INET6 (socket(2)), in the machine's byte order. */
function isInternet(address: Uint8Array<ArrayBuffer>): boolean {
  return [2, 10].includes(new Uint16Array(address.buffer, 0, 1)[0]!);
}
