/** Address to which Deno moves the first HTTP listener of a function, as seen by its process. */
export type ListenAddress =
  | { readonly type: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly type: "unix"; readonly path: string };

/** Returns the `DENO_SERVE_ADDRESS` that moves the first HTTP listener to the address. */
export function serveAddress(address: ListenAddress): string {
  return address.type === "tcp"
    ? `tcp:${address.hostname}:${address.port}`
    : `unix:${address.path}`;
}
