import type { Endpoint } from "./endpoint.ts";

/**
 * Connects to an endpoint. A Unix socket accepts or refuses at once; anything else is waited for
 * until the signal aborts.
 */
export function connectEndpoint(
  endpoint: Endpoint,
  signal?: AbortSignal,
): Promise<Deno.TcpConn | Deno.UnixConn> {
  if ("path" in endpoint) return Deno.connect({ transport: "unix", path: endpoint.path });
  return Deno.connect({ ...endpoint, ...(signal === undefined ? {} : { signal }) });
}
