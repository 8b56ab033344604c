import { isLoopbackName } from "../config/source_reference.ts";
import { SourceError } from "./source_error.ts";

/** Maximum number of redirects of one request. */
export const MAX_REDIRECTS = 5;

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Returns true for a status that redirects (RFC 9110, section 15.4). */
export function isRedirect(status: number): boolean {
  return REDIRECTS.includes(status);
}

/**
 * Returns the URL that a redirect leads to.
 *
 * @throws {SourceError} if there is none, its scheme is another one, such as http, or it has no TLS
 * and leaves this machine
 */
export function redirectTarget(from: URL, location: string | null): URL {
  const to = location === null ? null : URL.parse(location, from);
  if (to === null) throw new SourceError(`"${from.host}" redirects to no valid URL`);
  if (to.protocol !== from.protocol) {
    throw new SourceError(
      `"${from.host}" redirects to "${to.protocol}//${to.host}", which is another scheme. Name the ` +
        "new address in --source",
    );
  }
  if (to.protocol === "http:" && !isLoopbackName(to.hostname)) {
    throw new SourceError(
      `"${from.host}" redirects to "${to.host}", another machine, without TLS. Name the address in ` +
        "--source, with https",
    );
  }
  if (to.username !== "" || to.password !== "") {
    throw new SourceError(`"${from.host}" redirects to a URL with a password`);
  }
  return to;
}
