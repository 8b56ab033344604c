/**
 * Address to which Deno moves the first HTTP listener of a function, as seen by its process. With a
 * Unix socket, the function also listens where its code says, in its own network namespace.
 */
export type ListenAddress =
  | { readonly type: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly type: "unix"; readonly path: string };

/**
 * Returns the `DENO_SERVE_ADDRESS` for the address. `duplicate` keeps the listener of the code, so
 * that a function can connect to itself.
 */
export function serveAddress(address: ListenAddress): string {
  return address.type === "tcp"
    ? `tcp:${address.hostname}:${address.port}`
    : `duplicate,unix:${address.path}`;
}
