import truncatedWidth from "fast-string-truncated-width";

const ESCAPE = "\x1b";
const RESET = `${ESCAPE}[0m`;

/**
 * As much of a text as fits into so many columns of a terminal, with `…` in the place of the rest.
 * Colours that it cuts off are ended.
 *
 * @example
 * ```ts
 * import { cutToWidth } from "./cut.ts";
 * cutToWidth("functions", 5); // "func…"
 * ```
 */
export function cutToWidth(text: string, width: number): string {
  const { index, truncated, ellipsed } = truncatedWidth(text, {
    limit: width,
    ellipsis: "…",
    ellipsisWidth: 1,
  });
  if (!truncated) return text;
  const end = text.includes(ESCAPE) ? RESET : "";
  return `${text.slice(0, index)}${ellipsed ? "…" : ""}${end}`;
}
