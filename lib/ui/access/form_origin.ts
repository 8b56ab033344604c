/** Fields of a request that say which site sent it; browsers set them, and scripts cannot. */
export interface OriginFields {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` (W3C Fetch Metadata). */
  readonly site: string | undefined;
}

/**
 * Returns true if a form can come from the page itself. Another port of the same host is another
 * origin, because functions answer there. A request with neither field does not come from a
 * browser; it still needs a session and its form token.
 *
 * @example
 * ```ts
 * import { isOwnOrigin } from "./form_origin.ts";
 * const host = "127.0.0.1:9998";
 * isOwnOrigin({ host, origin: "http://127.0.0.1:9998", site: "same-origin" }); // true
 * isOwnOrigin({ host, origin: "http://127.0.0.1:9999", site: "same-site" }); // false
 * ```
 */
export function isOwnOrigin({ host, origin, site }: OriginFields): boolean {
  // A proxy in front may have changed Host; the browser knows better.
  if (site !== undefined) return site === "same-origin";
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
