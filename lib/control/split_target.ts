/** What is asked for, of whom. */
export interface SplitTarget {
  /** Path and query. */
  readonly target: string;
  readonly host: string | undefined;
}

/**
 * A request target as path and query. One in absolute form, which clients send that take a socket
 * for a proxy, names the host as well, and wins over the field (RFC 9112, section 3.2.2).
 *
 * @example
 * ```ts
 * import { splitTarget } from "./split_target.ts";
 * splitTarget("http://localhost/v1", "other"); // { target: "/v1", host: "localhost" }
 * ```
 */
export function splitTarget(target: string, host: string | undefined): SplitTarget {
  const absolute = /^http:\/\/([^/?#]*)(.*)$/is.exec(target);
  return absolute === null ? { target, host } : { target: absolute[2]!, host: absolute[1]! };
}
