import type { Socket } from "node:net";

/** Reads the user id of a connection's peer. Disposing of it closes the C library. */
export interface PeerReader extends Disposable {
  /** Returns the user id, or `undefined` if it is unknown. */
  readonly uidOf: (socket: Socket) => number | undefined;
}

/** From asm-generic/socket.h, for x86-64 and ARM. */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

/** `struct ucred`: process, user and group id of 32 bits each. */
const UCRED_FIELDS = 3;

/**
 * Opens a reader of `SO_PEERCRED` (unix(7)), which the kernel records at connect(2) and the peer
 * can't change. Deno has no API for it, so this calls getsockopt(2) in the C library that Deno is
 * linked to. Only connections of `node:net` expose their descriptor, so `node:http` serves the
 * control API.
 *
 * The mode of the socket file is not enough: somebody may connect before the mode is set. A process
 * of an authorized user can still pass an open connection to another process.
 *
 * @throws {Error} if the library does not exist
 */
export function openPeerReader(): PeerReader {
  const library = Deno.dlopen("libc.so.6", {
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  });
  return {
    uidOf(socket) {
      const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } };
      const descriptor = handle?.fd;
      if (typeof descriptor !== "number" || descriptor < 0) return undefined;
      const credentials = new Uint32Array(UCRED_FIELDS);
      const length = new Uint32Array([credentials.byteLength]);
      const failed = library.symbols
        .getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, credentials, length);
      return failed !== 0 || length[0] !== credentials.byteLength ? undefined : credentials[1];
    },
    [Symbol.dispose]: () => library.close(),
  };
}
