import type { Socket } from "node:net";

/** Tells the user at the other end of a connection. Disposing of it closes the C library. */
export interface PeerReader extends Disposable {
  /** The user's number, or `undefined` when the kernel does not tell. */
  readonly uidOf: (socket: Socket) => number | undefined;
}

/** From asm-generic/socket.h, which Linux has on x86-64 and on ARM. */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

/** `struct ucred`: process, user and group, of 32 bits each. */
const UCRED_FIELDS = 3;

/**
 * Asks the kernel who connected: `SO_PEERCRED` of unix(7), which is taken at connect(2) and can't be
 * changed by the peer, whatever becomes of the socket's mode or of the process. Deno has no call for
 * it, so it is made through the C library that Deno itself is linked to. The descriptor is known of
 * connections of `node:net` alone, which is why the control API is served by `node:http`.
 *
 * Looking at the file's mode instead would say nothing of who connected before it was put right.
 * What is not covered: somebody of the right user who passes an open connection on. That user could
 * pass on anything else as well.
 *
 * @throws {Error} when there is no such library
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
