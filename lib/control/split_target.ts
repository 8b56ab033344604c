/** Result of {@linkcode splitTarget}. */
export interface SplitTarget {
  /** Path and query. */
  readonly target: string;
  readonly host: string | undefined;
}

/**
 * Splits a request target into host, and path with query. The host of an absolute target, as
 * clients send it to a proxy, overrides the `Host` field (RFC 9112, section 3.2.2).
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
