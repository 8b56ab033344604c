/** Places in the patterns at which a path may continue; empty if none can match below it. */
export type GlobState = readonly GlobPlace[];

interface GlobPlace {
  readonly parts: readonly string[];
  readonly index: number;
}

/** Any number of directories. */
const ANY = "**";

/**
 * Returns the state of a folder itself for patterns as `parseWatchPattern` returns them. A pattern
 * that matches a directory matches all files in it.
 */
export function globState(patterns: readonly string[]): GlobState {
  return patterns.flatMap((pattern) => {
    // `**` twice in a row means the same as once.
    const parts = `${pattern}/${ANY}`.split("/")
      .filter((part, index, all) => part !== ANY || all[index - 1] !== ANY);
    return behindAny({ parts, index: 0 });
  });
}

/**
 * Returns the state of an entry in a directory with this state. `*` and `**` do not match a dot at
 * the beginning of a name. Takes time in proportion to the length of the name and of all patterns.
 *
 * @example
 * ```ts
 * import { globState, isMatch, stepInto } from "./glob.ts";
 * isMatch(stepInto(globState(["*.html"]), "index.html")); // true
 * ```
 */
export function stepInto(state: GlobState, name: string): GlobState {
  const places = state.flatMap(({ parts, index }) => {
    const part = parts[index];
    if (part === undefined) return [];
    if (part === ANY) return name.startsWith(".") ? [] : behindAny({ parts, index });
    return matchesName(part, name) ? behindAny({ parts, index: index + 1 }) : [];
  });
  const seen = new Map<GlobPlace["parts"], Set<number>>();
  return places.filter(({ parts, index }) => {
    const known = seen.get(parts) ?? new Set();
    if (known.has(index)) return false;
    seen.set(parts, known.add(index));
    return true;
  });
}

/** Returns true if an entry with this state matches a pattern. */
export function isMatch(state: GlobState): boolean {
  return state.some(({ parts, index }) => index === parts.length);
}

/** Adds the places behind `**`, which may stand for no directory. */
function behindAny({ parts, index }: GlobPlace): GlobPlace[] {
  const places = [{ parts, index }];
  for (let at = index; parts[at] === ANY; at++) places.push({ parts, index: at + 1 });
  return places;
}

function matchesName(part: string, name: string): boolean {
  const [first = "", ...rest] = part.split("*");
  const last = rest.pop();
  if (last === undefined) return part === name;
  if (name.startsWith(".") && !part.startsWith(".")) return false;
  if (name.length < first.length + last.length) return false;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
