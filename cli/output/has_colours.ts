/**
 * Whether what is written to a stream may have colours: `NO_COLOR` forbids them, `FORCE_COLOR` asks
 * for them, and else a terminal has them. Source: no-color.org, force-color.org.
 */
export function hasColours(
  stream: { readonly isTerminal: () => boolean },
  { NO_COLOR = "", FORCE_COLOR = "" }: Readonly<Record<string, string>>,
): boolean {
  if (NO_COLOR !== "") return false;
  return FORCE_COLOR !== "" && FORCE_COLOR !== "0" || stream.isTerminal();
}
