import { isIPv4, isIPv6 } from "node:net";

/** The part before the port: a name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(\[[^\]]+\]|[^:[\]]+)(?::\d{0,5})?$/;

/**
 * Returns true if the admin endpoint answers requests with this `Host` field. A web page of another
 * site can point its own name to this machine and read what answers to that name (DNS rebinding).
 * It can't do so with an IP address, `localhost` or the operator's names. Every browser sends a
 * `Host` field (RFC 9112, section 3.2), so a request without one is accepted.
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
