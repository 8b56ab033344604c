import { latin1, SLASH } from "./http1/octets.ts";
import type { RequestHead } from "./http1/request_head.ts";
import type { RoutedTarget } from "./target.ts";

/**
 * Returns where `/name` redirects for a folder of static files, whose relative links need a slash
 * at the end: `./name/` with the same query. Relative, because an earlier proxy may have removed a
 * prefix. `undefined` for paths with a slash after the name, and if the host names the function.
 */
export function withSlash(
  { bytes, targetEnd }: Pick<RequestHead, "bytes" | "targetEnd">,
  { rawPrefix, restStart }: Pick<RoutedTarget, "rawPrefix" | "restStart">,
): string | undefined {
  if (rawPrefix === "" || restStart < targetEnd && bytes[restStart] === SLASH) return undefined;
  return `.${rawPrefix}/${latin1(bytes, restStart, targetEnd)}`;
}
