/**
 * Returns true if output to a stream may have colors: not with `NO_COLOR`, always with
 * `FORCE_COLOR`, else on a terminal. Source: no-color.org, force-color.org.
 */
export function hasColours(
  stream: { readonly isTerminal: () => boolean },
  { NO_COLOR = "", FORCE_COLOR = "" }: Readonly<Record<string, string>>,
): boolean {
  if (NO_COLOR !== "") return false;
  return FORCE_COLOR !== "" && FORCE_COLOR !== "0" || stream.isTerminal();
}
