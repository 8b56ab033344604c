import { isIPv4, isIPv6 } from "node:net";

/** The part before the port: a name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(\[[^\]]+\]|[^:[\]]+)(?::\d{0,5})?$/;

/**
 * Whether the admin endpoint answers requests for a host, as a `Host` field has it. A web page of
 * another site can lead its own name to this machine (DNS rebinding), and then reads what answers
 * to that name; it can do so neither with an address nor with `localhost`, nor with names that are
 * the operator's. Without a `Host`, it was no browser who asked (RFC 9112, section 3.2).
 *
 * @example
 * ```ts
 * import { isAdminHost } from "./admin_host.ts";
 * isAdminHost("192.0.2.1:9998", []); // true
 * isAdminHost("ddsrv:9998", ["ddsrv"]); // true
 * isAdminHost("evil.example:9998", ["ddsrv"]); // false
 * ```
 */
export function isAdminHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined) return true;
  const [, written = ""] = HOST.exec(host.trim().toLowerCase()) ?? [];
  if (written.startsWith("[")) return isIPv6(written.slice(1, -1));
  const name = written.replace(/\.$/, "");
  return isIPv4(name) || name === "localhost" || names.includes(name);
}
