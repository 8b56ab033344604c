import stringWidth from "fast-string-width";

// deno-lint-ignore no-control-regex
const COLOUR = /(\x1b\[[0-9;]*m)/;
const RESET = "\x1b[0m";

/** Created when first needed, because most commands cut nothing. */
let graphemes: Intl.Segmenter | undefined;

/**
 * Cuts a text to a number of terminal columns and marks the cut with `…`. Does not split grapheme
 * clusters, and resets colors that it cut off.
 *
 * @example
 * ```ts
 * import { cutToWidth } from "./cut_to_width.ts";
 * cutToWidth("functions", 5); // "func…"
 * ```
 */
export function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  if (width < 1) return "";
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let kept = "";
  let used = 0;
  for (const [index, part] of text.split(COLOUR).entries()) {
    const isColour = index % 2 === 1;
    for (const { segment } of isColour ? [{ segment: part }] : graphemes.segment(part)) {
      const segmentWidth = stringWidth(segment);
      if (used + segmentWidth > width - 1) return end(kept);
      kept += segment;
      used += segmentWidth;
    }
  }
  return kept;
}

function end(kept: string): string {
  return `${kept}…${COLOUR.test(kept) ? RESET : ""}`;
}
