/** Where a server listens, as those who connect to it name it. */
export type Endpoint =
  | { readonly hostname: string; readonly port: number }
  /** A Unix socket; the path that its server has bound, where that is another one. */
  | { readonly path: string; readonly boundPath?: string };

/** An endpoint as people read it. */
export function formatEndpoint(endpoint: Endpoint): string {
  return "path" in endpoint ? `unix:${endpoint.path}` : formatAuthority(endpoint);
}

/** Host and port, as a URL has them (RFC 3986, section 3.2). */
export function formatAuthority(
  { hostname, port }: { readonly hostname: string; readonly port: number },
): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
