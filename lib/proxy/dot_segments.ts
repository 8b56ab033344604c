import { ascii, matchesAt, QUESTION, SLASH } from "./http1/octets.ts";

const DOT = 0x2e;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;

const ESCAPED_DOT = ascii("%2e");
const ESCAPED_SLASH = ascii("%2f");
const ESCAPED_BACKSLASH = ascii("%5c");

/** Bytes and escapes that some programs read as a slash; each has one bit. */
const Separator = { Backslash: 1, EscapedSlash: 2, EscapedBackslash: 4 } as const;

/**
 * Returns true if dot segments leave the first segment of a path, or are this segment: `/a/../b`,
 * `/./a`. Another program that removes them (RFC 3986, section 5.2.4), such as a front proxy with
 * rules for paths, sees another first segment than one that does not.
 *
 * Programs differ in what else they count as a dot, as a slash, and as an empty segment. So `%2e`
 * counts as a dot, each of `\`, `%2f` and `%5c` may be a slash or not, empty segments don't count,
 * and the path leaves if it does so in any of these readings. Escapes are decoded once.
 *
 * @example
 * ```ts
 * import { leavesFirstSegment } from "./dot_segments.ts";
 * const path = new TextEncoder().encode("/a/%2E./b");
 * leavesFirstSegment(path, 0, path.length); // true
 * ```
 */
export function leavesFirstSegment(bytes: Uint8Array, start: number, end: number): boolean {
  if (!mayHaveDots(bytes, start, end)) return false;
  const path = pathOf(bytes, start, end);
  for (let reading = 0; reading <= path.separators; reading++) {
    const isPossible = (reading & ~path.separators) === 0;
    if (isPossible && leaves(path.symbols, reading)) return true;
  }
  return false;
}

/** Returns false for almost all paths, quickly: no dot begins a segment, and nothing is escaped. */
function mayHaveDots(bytes: Uint8Array, start: number, end: number): boolean {
  let before = SLASH;
  for (let position = start; position < end; position++) {
    const byte = bytes[position]!;
    if (byte === PERCENT) return true;
    if (byte === DOT && (before === SLASH || before === BACKSLASH)) return true;
    if (byte === QUESTION) return false;
    before = byte;
  }
  return false;
}

/** Symbols of a path: a slash, a dot, a separator, or anything else. */
const [SLASH_SYMBOL, DOT_SYMBOL, OTHER_SYMBOL] = [0, 8, 16];

interface Path {
  /** One for each byte or escape; separators are their bit. */
  readonly symbols: readonly number[];
  /** Bits of all separators in it. */
  readonly separators: number;
}

function pathOf(bytes: Uint8Array, start: number, end: number): Path {
  const symbols: number[] = [];
  let separators = 0;
  for (let position = start; position < end && bytes[position] !== QUESTION;) {
    const escaped = bytes[position] === PERCENT ? escapeAt(bytes, position, end) : undefined;
    const symbol = escaped ?? plainSymbol(bytes[position]!);
    symbols.push(symbol);
    if (symbol < DOT_SYMBOL) separators |= symbol;
    position += escaped === undefined ? 1 : 3;
  }
  return { symbols, separators };
}

function plainSymbol(byte: number): number {
  if (byte === SLASH) return SLASH_SYMBOL;
  if (byte === DOT) return DOT_SYMBOL;
  return byte === BACKSLASH ? Separator.Backslash : OTHER_SYMBOL;
}

/** Returns the symbol of an escape, if it matters here. */
function escapeAt(bytes: Uint8Array, position: number, end: number): number | undefined {
  if (position + 3 > end) return undefined;
  if (matchesAt(bytes, position, ESCAPED_DOT)) return DOT_SYMBOL;
  if (matchesAt(bytes, position, ESCAPED_SLASH)) return Separator.EscapedSlash;
  return matchesAt(bytes, position, ESCAPED_BACKSLASH) ? Separator.EscapedBackslash : undefined;
}

/** Returns true if a path leaves its first segment when these separators are slashes. */
function leaves(symbols: readonly number[], separators: number): boolean {
  let [depth, dots, length] = [0, 0, 0];
  for (let index = 0; index <= symbols.length; index++) {
    const symbol = symbols[index] ?? SLASH_SYMBOL;
    const isSlash = symbol === SLASH_SYMBOL || symbol < DOT_SYMBOL && (symbol & separators) !== 0;
    if (!isSlash) {
      length++;
      if (symbol === DOT_SYMBOL) dots++;
      continue;
    }
    const isDots = length > 0 && length <= 2 && dots === length;
    if (isDots && depth <= dots - 1) return true;
    if (isDots) depth -= dots - 1;
    else if (length > 0) depth++;
    dots = length = 0;
  }
  return false;
}
