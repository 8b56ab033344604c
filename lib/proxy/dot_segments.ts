import { ascii, matchesAt, QUESTION, SLASH } from "./http1/octets.ts";

const DOT = 0x2e;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;

const ESCAPED_DOT = ascii("%2e");
const ESCAPED_SLASH = ascii("%2f");
const ESCAPED_BACKSLASH = ascii("%5c");

/**
 * Returns true if dot segments leave the first segment of a path, or are this segment: `/a/../b`,
 * `/./a`. Another program that removes them (RFC 3986, section 5.2.4), such as a front proxy with
 * rules for paths, sees another first segment than one that does not.
 *
 * Programs differ in what else they count as a dot, as a slash, and as an empty segment. So `%2e`
 * counts as a dot, `\`, `%2f` and `%5c` may be slashes, empty segments don't count, and the path
 * leaves if it does so in any of these readings. Escapes are decoded once.
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
  let depth = 0;
  let position = start;
  while (position < end && bytes[position] !== QUESTION) {
    const segment = readSegment(bytes, position + 1, end);
    const isFirst = depth === 0 && segment.hasDots;
    depth = segment.parents > 0 ? depth - segment.parents : depth + (segment.hasName ? 1 : 0);
    if (isFirst || segment.parents > 0 && depth <= 0) return true;
    position = segment.end;
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

/** What lies between two slashes. */
interface Segment {
  readonly end: number;
  /** True if it has a part that is neither empty nor dots. */
  readonly hasName: boolean;
  /** True if one of its parts is `.` or `..`. */
  readonly hasDots: boolean;
  /** Number of its parts that are `..`. */
  readonly parents: number;
}

/** Reads up to the next slash, and splits at everything that others may read as one. */
function readSegment(bytes: Uint8Array, start: number, end: number): Segment {
  let [hasName, hasDots, parents] = [false, false, 0];
  let [dots, length] = [0, 0];

  function endPart(): void {
    const isDots = dots === length && length >= 1 && length <= 2;
    if (isDots) hasDots = true;
    if (isDots && length === 2) parents++;
    if (length > 0 && !isDots) hasName = true;
    dots = length = 0;
  }

  let position = start;
  while (position < end && bytes[position] !== SLASH && bytes[position] !== QUESTION) {
    const byte = bytes[position]!;
    const escaped = byte === PERCENT ? escapeAt(bytes, position, end) : undefined;
    if (byte === BACKSLASH || escaped === SLASH) {
      endPart();
    } else {
      length++;
      if (byte === DOT || escaped === DOT) dots++;
    }
    position += escaped === undefined ? 1 : 3;
  }
  endPart();
  return { end: position, hasName, hasDots, parents };
}

/** Returns what an escape stands for, if it matters here: a dot, or something like a slash. */
function escapeAt(bytes: Uint8Array, position: number, end: number): number | undefined {
  if (position + 3 > end) return undefined;
  if (matchesAt(bytes, position, ESCAPED_DOT)) return DOT;
  const isSlash = matchesAt(bytes, position, ESCAPED_SLASH) ||
    matchesAt(bytes, position, ESCAPED_BACKSLASH);
  return isSlash ? SLASH : undefined;
}
