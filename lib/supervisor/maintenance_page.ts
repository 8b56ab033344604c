/** Maximum size of a page in bytes of UTF-8. */
export const MAX_PAGE_BYTES = 256 * 1024;

/**
 * Returns the reason why a text can't be the page of a stopped function; `undefined` if it can.
 *
 * @example
 * ```ts
 * import { pageProblem } from "./maintenance_page.ts";
 * pageProblem("<h1>Back at noon</h1>"); // undefined
 * pageProblem(""); // "the page is empty"
 * ```
 */
export function pageProblem(page: string): string | undefined {
  if (page === "") return "the page is empty";
  if (page.includes("\0")) return "the page contains a NUL character";
  // A code unit of UTF-16 has at least one byte of UTF-8; the encoder is only for what may fit.
  return pageSizeProblem(page.length) ?? pageSizeProblem(new TextEncoder().encode(page).length);
}

/** Returns the reason why a page of this many bytes is too large; `undefined` if it is not. */
export function pageSizeProblem(bytes: number): string | undefined {
  return bytes > MAX_PAGE_BYTES ? `the page is larger than ${MAX_PAGE_BYTES} bytes` : undefined;
}
