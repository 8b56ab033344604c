/**
 * Returns host and port of a URL, always with the port.
 *
 * @example
 * ```ts
 * import { urlHost } from "./url_host.ts";
 * urlHost("https://example.org/a"); // "example.org:443"
 * ```
 */
export function urlHost(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}
