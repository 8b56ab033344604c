/**
 * Returns true if output to a stream may have colors: not with `NO_COLOR`, always with
 * `FORCE_COLOR`, else on a terminal that is not `dumb`. Source: no-color.org, force-color.org,
 * terminfo(5).
 */
export function hasColours(
  stream: { readonly isTerminal: () => boolean },
  { NO_COLOR = "", FORCE_COLOR = "", TERM = "" }: Readonly<Record<string, string>>,
): boolean {
  if (NO_COLOR !== "") return false;
  return FORCE_COLOR !== "" && FORCE_COLOR !== "0" ||
    TERM !== "dumb" && stream.isTerminal();
}
