import type { OutputLine } from "./lines.ts";

/** The first and the last lines of an output, with bounded memory. */
export interface OutputExcerpt {
  readonly push: (line: OutputLine) => void;
  /**
   * Returns the lines in their order. If lines were left out between them, one line says how many.
   */
  readonly text: () => string;
}

/** Limits of an {@linkcode OutputExcerpt}. */
export interface ExcerptLimits {
  /** Maximum lines at each end. */
  readonly lines: number;
  /** Maximum UTF-16 units at each end. */
  readonly units: number;
  /** Maximum UTF-16 units of one line; the rest is cut. */
  readonly lineUnits: number;
}

const LIMITS: ExcerptLimits = { lines: 20, units: 16 * 1024, lineUnits: 2048 };

/**
 * Creates the excerpt of a function's output. The first lines often name the cause of a failure
 * that the last ones only follow. A part of a long line counts as a line.
 *
 * @example
 * ```ts
 * import { createOutputExcerpt } from "./output_excerpt.ts";
 * const excerpt = createOutputExcerpt("app", { lines: 1, units: 100, lineUnits: 100 });
 * for (const text of ["a", "b", "c"]) excerpt.push({ text, isPartial: false });
 * excerpt.text(); // "a\n… 1 line left out, see: ddsrv logs app\nc"
 * ```
 */
export function createOutputExcerpt(name: string, limits = LIMITS): OutputExcerpt {
  const first: string[] = [];
  const last: string[] = [];
  let firstUnits = 0;
  let lastUnits = 0;
  let isFirstFull = false;
  let leftOut = 0;

  return {
    push({ text }) {
      const line = cut(text, limits.lineUnits);
      isFirstFull ||= first.length >= limits.lines || firstUnits + line.length > limits.units;
      if (!isFirstFull) {
        first.push(line);
        firstUnits += line.length;
        return;
      }
      last.push(line);
      lastUnits += line.length;
      while (last.length > limits.lines || lastUnits > limits.units) {
        lastUnits -= last.shift()!.length;
        leftOut++;
      }
    },
    text() {
      const lines = leftOut === 1 ? "1 line" : `${leftOut} lines`;
      const gap = leftOut === 0 ? [] : [`… ${lines} left out, see: ddsrv logs ${name}`];
      return [...first, ...gap, ...last].join("\n");
    },
  };
}

function cut(text: string, maxUnits: number): string {
  return text.length <= maxUnits ? text : `${text.slice(0, maxUnits - 1)}…`;
}
