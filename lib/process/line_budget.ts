import type { OutputLine } from "./lines.ts";

/** Bounds how much one stream of a function may say, so that it can't keep the others from theirs. */
export interface LineBudget {
  /** The lines to pass on for this one: none when it is dropped, and a count of dropped ones. */
  readonly admit: (line: OutputLine, nowMs: number) => OutputLine[];
  /** A count of what was dropped last. */
  readonly end: () => OutputLine[];
}

const PERIOD_MS = 1_000;

/** A budget for each second: 2,000 lines, and 2 MiB of text in UTF-16 units. */
export function createLineBudget(maxLines = 2_000, maxUnits = 2 * 1024 * 1024): LineBudget {
  let beganMs = -Infinity;
  let lines = 0;
  let units = 0;
  let dropped = 0;

  function report(): OutputLine[] {
    if (dropped === 0) return [];
    const text = `ddsrv: ${dropped} lines were dropped, more than ${maxLines} came within a second`;
    dropped = 0;
    return [{ text, isPartial: false }];
  }

  return {
    admit(line, nowMs) {
      const isNewPeriod = nowMs - beganMs >= PERIOD_MS;
      if (isNewPeriod) {
        beganMs = nowMs;
        lines = units = 0;
      }
      const reported = isNewPeriod ? report() : [];
      if (lines >= maxLines || units >= maxUnits) {
        dropped++;
        return reported;
      }
      lines++;
      units += line.text.length;
      return [...reported, line];
    },
    end: report,
  };
}
