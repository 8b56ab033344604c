import { namesHostShortage } from "../process/host_shortage.ts";

/** Error numbers of Linux that come from the host and not from the code, see errno(3). */
const HOST_ERRORS: ReadonlySet<number> = new Set([
  5, // EIO
  11, // EAGAIN
  12, // ENOMEM
  23, // ENFILE
  24, // EMFILE
  28, // ENOSPC
  30, // EROFS
  122, // EDQUOT
]);

const OS_ERROR = /\(os error (\d+)\)/;

/** Message of Deno's HTTP client for a request without a response. */
const NO_ANSWER = /\berror sending request for url\b|\bdns error\b/;

/** Statuses that may change on a retry: RFC 9110, sections 15.5.9 and 15.6; RFC 6585, section 4. */
const PASSING_STATUS = /\bfailed: (?:408|429|5\d\d) /;

/** A type error, which may quote any text of the code. */
const TYPE_ERROR = /^TS\d+ /;

/**
 * Returns true if Deno's diagnostics contain a temporary failure of the network or the host.
 *
 * @example
 * ```ts
 * import { namesPassingFailure } from "./passing_diagnostics.ts";
 * namesPassingFailure("error: Import 'http://a.test/' failed: 503 Service Unavailable"); // true
 * ```
 */
export function namesPassingFailure(diagnostics: string): boolean {
  return namesHostShortage(diagnostics) || diagnostics.split("\n").some((line) => {
    if (TYPE_ERROR.test(line)) return false;
    const osError = OS_ERROR.exec(line)?.[1];
    return NO_ANSWER.test(line) || PASSING_STATUS.test(line) || HOST_ERRORS.has(Number(osError));
  });
}
