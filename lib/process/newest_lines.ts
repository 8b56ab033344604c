import type { OutputLine } from "./lines.ts";

/** Bounds of {@linkcode NewestLines}. */
export interface NewestBounds {
  readonly lines: number;
  /** Maximum UTF-16 units of all lines together; the newest line stays whatever its length is. */
  readonly units: number;
}

/** The newest lines of an output, in bounded memory. */
export interface NewestLines<Line extends OutputLine> {
  readonly size: number;
  /** Adds a line. Returns those that give way to it, oldest first. */
  readonly push: (line: Line) => readonly Line[];
  /** Returns all lines, oldest first, and removes them. */
  readonly takeAll: () => Line[];
}

/** Creates an empty {@linkcode NewestLines}. A line costs constant time. */
export function createNewestLines<Line extends OutputLine>(
  { lines, units }: NewestBounds,
): NewestLines<Line> {
  /** A ring; most functions never need it. */
  let ring: (Line | undefined)[] = [];
  let first = 0;
  let size = 0;
  let heldUnits = 0;

  function shift(): Line {
    const line = ring[first]!;
    // The text of a line may keep the whole piece in memory that it was read with.
    ring[first] = undefined;
    first = (first + 1) % lines;
    size--;
    heldUnits -= line.text.length;
    return line;
  }

  return {
    get size() {
      return size;
    },
    push(line) {
      const gone: Line[] = [];
      heldUnits += line.text.length;
      while (size === lines || size > 0 && heldUnits > units) gone.push(shift());
      ring[(first + size) % lines] = line;
      size++;
      return gone;
    },
    takeAll() {
      const all: Line[] = [];
      while (size > 0) all.push(shift());
      ring = [];
      first = 0;
      return all;
    },
  };
}
