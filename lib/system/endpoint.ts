/** Address of a server, for clients. */
export type Endpoint =
  | { readonly hostname: string; readonly port: number }
  /** A Unix socket; `boundPath` is the path that its server has bound, if it is another one. */
  | { readonly path: string; readonly boundPath?: string };

/** Formats an endpoint for people. */
export function formatEndpoint(endpoint: Endpoint): string {
  return "path" in endpoint ? `unix:${endpoint.path}` : formatAuthority(endpoint);
}

/** Formats host and port as in a URL (RFC 3986, section 3.2). */
export function formatAuthority(
  { hostname, port }: { readonly hostname: string; readonly port: number },
): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
