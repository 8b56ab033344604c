/** Error numbers of Linux that tell of the host and not of the code: see errno(3). */
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

/** A request that came to no answer, as Deno's HTTP client says it. */
const NO_ANSWER = /\berror sending request for url\b|\bdns error\b/;

/** Answers that may be others later: RFC 9110, sections 15.5.9 and 15.6; RFC 6585, section 4. */
const PASSING_STATUS = /\bfailed: (?:408|429|5\d\d) /;

/** A type error, which quotes the code. */
const TYPE_ERROR = /^TS\d+ /;

/**
 * Whether Deno's own diagnostics name a failure of the network or the host, which may pass without
 * new code.
 *
 * @example
 * ```ts
 * import { namesPassingFailure } from "./passing_diagnostics.ts";
 * namesPassingFailure("error: Import 'http://a.test/' failed: 503 Service Unavailable"); // true
 * ```
 */
export function namesPassingFailure(diagnostics: string): boolean {
  return diagnostics.split("\n").some((line) => {
    if (TYPE_ERROR.test(line)) return false;
    const osError = OS_ERROR.exec(line)?.[1];
    return NO_ANSWER.test(line) || PASSING_STATUS.test(line) || HOST_ERRORS.has(Number(osError));
  });
}
