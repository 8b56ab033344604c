/** System calls on files that Deno does not have; see their man pages. */
export interface LinuxFiles {
  /** Opens a directory with openat2(2). Returns a descriptor, or -1. */
  readonly openDirectory: (path: Uint8Array) => number;
  /** Opens a directory below another one, without following links. Returns a descriptor, or -1. */
  readonly openBelow: (directory: number, path: Uint8Array, how: OpenHow) => number;
  /** getdents64(2) on another thread: returns the number of bytes written, 0 at the end. */
  readonly readEntries: (
    directory: number,
    buffer: Uint8Array<ArrayBuffer>,
  ) => Promise<number>;
  readonly close: (descriptor: number) => void;
  /** inotify_init1(2), non-blocking and close-on-exec: returns a descriptor, or -1. */
  readonly openInotify: () => number;
  /** inotify_add_watch(2): returns the number of a watch, or -1. */
  readonly addWatch: (inotify: number, path: Uint8Array<ArrayBuffer>, mask: number) => number;
  readonly removeWatch: (inotify: number, watch: number) => void;
  /** read(2): returns the number of bytes, or -1. */
  readonly read: (descriptor: number, buffer: Uint8Array<ArrayBuffer>) => number;
  /**
   * Opens a netlink(7) socket that receives the kernel's reports about changes of nftables,
   * non-blocking and close-on-exec: returns a descriptor, or -1.
   */
  readonly openNftEvents: () => number;
  /** Opens a netlink(7) socket for questions to nftables, like {@linkcode openNftEvents}. */
  readonly openNftQuestions: () => number;
  /** write(2): returns the number of bytes, or -1. */
  readonly write: (descriptor: number, bytes: Uint8Array<ArrayBuffer>) => number;
  /** eventfd(2): returns a descriptor, or -1. */
  readonly openEvent: () => number;
  /** Makes an eventfd(2) readable. */
  readonly raiseEvent: (event: number) => void;
  /** poll(2) on another thread, until a descriptor is readable or the timeout is over. */
  readonly waitReadable: (descriptors: readonly number[], timeoutMs: number) => Promise<void>;
}

/** Options of {@linkcode LinuxFiles.openBelow}. */
export interface OpenHow {
  /** `O_PATH`: open as a reference, not for reading. */
  readonly isPath?: boolean;
  /** Do not cross mount points: another file system may never answer. */
  readonly isSameMount?: boolean;
}

/** The working directory, which does not matter for an absolute path; see open(2). */
const AT_FDCWD = -100;

/** Source: asm-generic/fcntl.h; O_DIRECTORY and O_NOFOLLOW differ on ARM. */
const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const O_PATH = 0o10000000;
const [O_DIRECTORY, O_NOFOLLOW] = Deno.build.arch === "aarch64"
  ? [0o40000, 0o100000]
  : [0o200000, 0o400000];

/** Source: linux/openat2.h. */
const RESOLVE_NO_XDEV = 0x01;
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;

/** The same number on every architecture. */
const SYS_OPENAT2 = 437n;
const OPEN_HOW_BYTES = 24n;

/** Sources: linux/socket.h, linux/netlink.h, linux/netfilter/nfnetlink.h. */
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_NETFILTER = 12;
const NFNLGRP_NFTABLES = 7;
const SOCKADDR_NL_BYTES = 12;

const POLLIN = 1;
const POLLFD_BYTES = 8;

/**
 * The system calls; `undefined` on other systems and before Linux 5.6. The C library stays loaded;
 * Deno itself is linked to it.
 */
export const linuxFiles: LinuxFiles | undefined = openLinuxFiles();

function openLinuxFiles(): LinuxFiles | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const library = openLibrary();
  if (library === undefined) return undefined;
  const { symbols } = library;
  const open = (
    directory: number,
    path: Uint8Array,
    how: readonly [flags: number, resolve: number],
  ) =>
    Number(symbols.syscall(
      SYS_OPENAT2,
      BigInt(directory),
      terminated(path),
      // struct open_how: flags, mode, resolve.
      new BigUint64Array([BigInt(how[0] | O_DIRECTORY | O_CLOEXEC), 0n, BigInt(how[1])]),
      OPEN_HOW_BYTES,
    ));
  const openNetfilter = (): number =>
    symbols.socket(AF_NETLINK, SOCK_RAW | O_NONBLOCK | O_CLOEXEC, NETLINK_NETFILTER);
  const files: LinuxFiles = {
    openDirectory: (path) => open(AT_FDCWD, path, [O_NONBLOCK, 0]),
    openBelow: (directory, path, { isPath = false, isSameMount = false }) =>
      open(directory, path, [
        O_NOFOLLOW | (isPath ? O_PATH : O_NONBLOCK),
        RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
        (isSameMount ? RESOLVE_NO_XDEV : 0),
      ]),
    readEntries: async (directory, buffer) =>
      Number(await symbols.getdents64(directory, buffer, BigInt(buffer.length))),
    close: (descriptor) => void symbols.close(descriptor),
    openInotify: () => symbols.inotify_init1(O_NONBLOCK | O_CLOEXEC),
    addWatch: (inotify, path, mask) => symbols.inotify_add_watch(inotify, terminated(path), mask),
    removeWatch: (inotify, watch) => void symbols.inotify_rm_watch(inotify, watch),
    read: (descriptor, buffer) => Number(symbols.read(descriptor, buffer, BigInt(buffer.length))),
    openNftQuestions: openNetfilter,
    write: (descriptor, bytes) => Number(symbols.write(descriptor, bytes, BigInt(bytes.length))),
    openNftEvents() {
      const socket = openNetfilter();
      if (socket < 0) return -1;
      const address = new DataView(new ArrayBuffer(SOCKADDR_NL_BYTES));
      address.setUint16(0, AF_NETLINK, true);
      address.setUint32(8, 1 << (NFNLGRP_NFTABLES - 1), true);
      if (symbols.bind(socket, address, SOCKADDR_NL_BYTES) === 0) return socket;
      symbols.close(socket);
      return -1;
    },
    openEvent: () => symbols.eventfd(0, O_NONBLOCK | O_CLOEXEC),
    raiseEvent: (event) => void symbols.write(event, new BigUint64Array([1n]), 8n),
    async waitReadable(descriptors, timeoutMs) {
      const asked = new DataView(new ArrayBuffer(POLLFD_BYTES * descriptors.length));
      descriptors.forEach((descriptor, index) => {
        asked.setInt32(POLLFD_BYTES * index, descriptor, true);
        asked.setInt16(POLLFD_BYTES * index + 4, POLLIN, true);
      });
      await symbols.poll(asked, BigInt(descriptors.length), timeoutMs);
    },
  };
  const root = files.openDirectory(new TextEncoder().encode("/"));
  if (root < 0) return undefined;
  files.close(root);
  return files;
}

function openLibrary() {
  try {
    return Deno.dlopen("libc.so.6", {
      syscall: { parameters: ["i64", "i64", "buffer", "buffer", "i64"], result: "i64" },
      getdents64: { parameters: ["i32", "buffer", "usize"], result: "isize", nonblocking: true },
      close: { parameters: ["i32"], result: "i32" },
      inotify_init1: { parameters: ["i32"], result: "i32" },
      inotify_add_watch: { parameters: ["i32", "buffer", "u32"], result: "i32" },
      inotify_rm_watch: { parameters: ["i32", "i32"], result: "i32" },
      read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
      write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
      socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
      bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
      eventfd: { parameters: ["u32", "i32"], result: "i32" },
      poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
    });
  } catch {
    // No such library, no such call in it, or no permission.
    return undefined;
  }
}

/** Adds the NUL that ends strings in C. */
function terminated(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const string = new Uint8Array(bytes.length + 1);
  string.set(bytes);
  return string;
}
