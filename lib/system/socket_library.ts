const CALLS = {
  close: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Calls of the C library for descriptors. Disposing of it closes the library. */
export interface SocketLibrary extends Disposable {
  readonly symbols: Deno.DynamicLibrary<typeof CALLS>["symbols"];
}

/** Opens the calls of the C library. */
export function openSocketLibrary(): SocketLibrary {
  const library = Deno.dlopen("libc.so.6", CALLS);
  return { symbols: library.symbols, [Symbol.dispose]: () => library.close() };
}

/** Commands of fcntl(2) and flags. Source: asm-generic/fcntl.h. */
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 1030;
export const FD_CLOEXEC = 1;
export const O_NONBLOCK = 0o4000;
