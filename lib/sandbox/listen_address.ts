/** Where a function is to listen, as its own process names it. */
export type ListenAddress =
  | { readonly type: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly type: "unix"; readonly path: string };

/** The value of `DENO_SERVE_ADDRESS` that moves a process's first HTTP listener there. */
export function serveAddress(address: ListenAddress): string {
  return address.type === "tcp"
    ? `tcp:${address.hostname}:${address.port}`
    : `unix:${address.path}`;
}
