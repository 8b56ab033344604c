import type { Endpoint } from "./endpoint.ts";

/**
 * Connects to an endpoint. The signal aborts a TCP connection attempt; a Unix socket accepts or
 * refuses at once.
 */
export function connectEndpoint(
  endpoint: Endpoint,
  signal?: AbortSignal,
): Promise<Deno.TcpConn | Deno.UnixConn> {
  if ("path" in endpoint) return Deno.connect({ transport: "unix", path: endpoint.path });
  return Deno.connect({ ...endpoint, ...(signal === undefined ? {} : { signal }) });
}
