/** A datagram socket for messages of sd_notify(3). */
export interface NotifySocket extends Disposable {
  /** Sends a message without waiting; returns false if it was not received. */
  readonly send: (message: string) => boolean;
  /** Time of `CLOCK_MONOTONIC` for `MONOTONIC_USEC`, see clock_gettime(2). */
  readonly monotonicMicroseconds: () => bigint;
}

/** Constants of Linux, the same on all architectures that Deno supports. */
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
const CLOCK_MONOTONIC = 1;

/** Maximum length of a Unix socket's name, unix(7). */
const MAX_NAME_BYTES = 107;

/**
 * Opens a socket that sends to the address of `NOTIFY_SOCKET`: an absolute path, or `@` and an
 * abstract name.
 *
 * Calls the C library to send from this process itself: Deno's datagrams need an unstable flag and a
 * name in the file system, and systemd-notify would be a child process at each watchdog ping, which
 * the unit would have to allow.
 *
 * @throws {TypeError} if the address is invalid or libc.so.6 can't be loaded
 */
export function openNotifySocket(address: string): NotifySocket {
  const destination = socketAddress(address);
  const library = Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  });
  const { socket, sendto, close, clock_gettime } = library.symbols;
  const descriptor = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
  return {
    send(message) {
      const bytes = new TextEncoder().encode(message);
      const sent = sendto(
        descriptor,
        bytes,
        BigInt(bytes.length),
        MSG_DONTWAIT_NOSIGNAL,
        destination,
        destination.length,
      );
      return Number(sent) === bytes.length;
    },
    monotonicMicroseconds() {
      const time = new BigInt64Array(2);
      clock_gettime(CLOCK_MONOTONIC, time);
      return time[0]! * 1_000_000n + time[1]! / 1_000n;
    },
    [Symbol.dispose]() {
      close(descriptor);
      library.close();
    },
  };
}

/**
 * Encodes a `struct sockaddr_un`, unix(7): the family in the host's byte order, then the name. The
 * name of an abstract socket begins with a zero byte and ends with the structure.
 *
 * @throws {TypeError} if the address is neither an absolute path nor abstract, or too long
 */
export function socketAddress(address: string): Uint8Array<ArrayBuffer> {
  const isAbstract = address.startsWith("@");
  const name = new TextEncoder().encode(isAbstract ? `\0${address.slice(1)}` : `${address}\0`);
  const length = isAbstract ? name.length : name.length - 1;
  if (!/^(?:\/|@.)/s.test(address) || length > MAX_NAME_BYTES) {
    throw new TypeError(
      `"${address}" is not a socket address: it must be an absolute path, or @ and a name`,
    );
  }
  const structure = new Uint8Array(2 + name.length);
  new Uint16Array(structure.buffer, 0, 1)[0] = AF_UNIX;
  structure.set(name, 2);
  return structure;
}
