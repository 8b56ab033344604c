// Sockets and epoll of the C library. Deno serves at most 128 ready sockets in turn
// (docs/decisions/many-connections.md), so a load client or a server of the measures that used
// Deno's own sockets would be slow and unfair itself.

/** An IPv4 socket of the C library, as its file descriptor. It never blocks. */
export type Socket = number;

/** Receives a readable socket, or one whose attempt to connect has ended. */
export type Ready = (socket: Socket, wasConnecting: boolean) => void;

/** Waits for sockets that can be read, or that are connected. */
export interface Poller {
  /** Reports a socket when it is readable; with `isConnecting`, when it is connected or refused. */
  readonly add: (socket: Socket, isConnecting?: boolean) => void;
  /** Reports a socket from now on when it is readable. */
  readonly connected: (socket: Socket) => void;
  /** Reports a socket no more. */
  readonly remove: (socket: Socket) => void;
  /** Waits at most some milliseconds, and calls back with each ready socket, the longest ready first. */
  readonly wait: (timeoutMs: number, ready: Ready) => void;
}

const libc = Deno.dlopen("libc.so.6", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  accept4: { parameters: ["i32", "pointer", "pointer", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // Their results are 64 bits wide, but no call here moves that many bytes.
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
}).symbols;

// Constants of <sys/socket.h>, <netinet/tcp.h> and <sys/epoll.h> on Linux.
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const MSG_NOSIGNAL = 0x4000;
/** Drops received bytes of TCP without copying them, see tcp(7). */
const MSG_TRUNC = 0x20;
const EPOLLIN = 1;
const EPOLLOUT = 4;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const CLOCK_MONOTONIC = 1;
const CLOCK_PROCESS_CPUTIME_ID = 2;

/** `struct epoll_event` is packed on x86-64 only. */
const EVENT_BYTES = Deno.build.arch === "x86_64" ? 12 : 16;
const EVENT_SOCKET = EVENT_BYTES - 8;
const MAX_EVENTS = 4096;
const BACKLOG = 4096;

const on = new Uint8Array(new Int32Array([1]).buffer);
const time = new Int32Array(4);
const timeBytes = new Uint8Array(time.buffer);

/**
 * Returns the milliseconds of the clock that all processes of the machine share, see
 * clock_gettime(2), `CLOCK_MONOTONIC`.
 */
export function monotonicMs(): number {
  return read(CLOCK_MONOTONIC);
}

/** Returns the milliseconds of processor time of this process. */
export function ownCpuMs(): number {
  return read(CLOCK_PROCESS_CPUTIME_ID);
}

/** Begins to connect to a port of 127.0.0.1. */
export function connect(port: number): Socket {
  const socket = openSocket();
  libc.setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, on, on.length);
  const address = loopback(port);
  // It fails with EINPROGRESS, and the poller reports when it has ended.
  libc.connect(socket, address, address.length);
  return socket;
}

/** Listens on a port of 127.0.0.1. */
export function listen(port: number): Socket {
  const socket = openSocket();
  const address = loopback(port);
  libc.setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, on, on.length);
  succeeded("bind", libc.bind(socket, address, address.length));
  succeeded("listen", libc.listen(socket, BACKLOG));
  return socket;
}

/** Accepts a connection; -1 if none waits. */
export function accept(listener: Socket): Socket {
  const socket = libc.accept4(listener, null, null, SOCK_NONBLOCK);
  if (socket >= 0) libc.setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, on, on.length);
  return socket;
}

/** Sends bytes. Returns how many the kernel took; -1 if none. */
export function send(socket: Socket, bytes: Uint8Array<ArrayBuffer>): number {
  return libc.send(socket, bytes, BigInt(bytes.length), MSG_NOSIGNAL);
}

/** Reads into a buffer. Returns the number of bytes; 0 at the end, -1 after a failure. */
export function receive(socket: Socket, buffer: Uint8Array<ArrayBuffer>): number {
  return libc.recv(socket, buffer, BigInt(buffer.length), 0);
}

/** Drops at most some received bytes. Returns the number of bytes like {@linkcode receive}. */
export function drop(socket: Socket, maxBytes: number, buffer: Uint8Array<ArrayBuffer>): number {
  return libc.recv(socket, buffer, BigInt(maxBytes), MSG_TRUNC);
}

export function close(socket: Socket): void {
  libc.close(socket);
}

/** Opens a poller. */
export function openPoller(): Poller {
  const poller = succeeded("epoll_create1", libc.epoll_create1(0));
  const events = new Uint8Array(EVENT_BYTES * MAX_EVENTS);
  const view = new DataView(events.buffer);
  const event = new Uint8Array(EVENT_BYTES);
  const eventView = new DataView(event.buffer);

  function control(operation: number, socket: Socket, mask: number): void {
    eventView.setUint32(0, mask, true);
    eventView.setInt32(EVENT_SOCKET, socket, true);
    succeeded("epoll_ctl", libc.epoll_ctl(poller, operation, socket, event));
  }

  return {
    add(socket, isConnecting = false) {
      control(EPOLL_CTL_ADD, socket, isConnecting ? EPOLLOUT : EPOLLIN);
    },
    connected(socket) {
      control(EPOLL_CTL_MOD, socket, EPOLLIN);
    },
    remove(socket) {
      control(EPOLL_CTL_DEL, socket, 0);
    },
    wait(timeoutMs, ready) {
      const count = libc.epoll_wait(poller, events, MAX_EVENTS, timeoutMs);
      for (let index = 0; index < count; index++) {
        const at = index * EVENT_BYTES;
        const wasConnecting = (view.getUint32(at, true) & EPOLLOUT) !== 0;
        ready(view.getInt32(at + EVENT_SOCKET, true), wasConnecting);
      }
    },
  };
}

function read(clock: number): number {
  libc.clock_gettime(clock, timeBytes);
  // Seconds and nanoseconds are 64 bits wide; their upper halves are 0.
  return time[0]! * 1e3 + time[2]! / 1e6;
}

function openSocket(): Socket {
  return succeeded("socket", libc.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
}

/** Returns a `struct sockaddr_in`. */
function loopback(port: number): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(16);
  new DataView(address.buffer).setUint16(0, AF_INET, true);
  new DataView(address.buffer).setUint16(2, port);
  address.set([127, 0, 0, 1], 4);
  return address;
}

function succeeded(call: string, result: number): number {
  if (result < 0) throw new Error(`${call} of the C library failed`);
  return result;
}
