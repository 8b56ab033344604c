import type { OutputLine } from "./lines.ts";

/** Limits the output of one stream of a function, so that it cannot delay the output of others. */
export interface LineBudget {
  /** Returns the lines to forward: this one unless it is dropped, after a report of dropped ones. */
  readonly admit: (line: OutputLine, nowMs: number) => OutputLine[];
  /** Returns a report of lines that were dropped last, if any. */
  readonly end: () => OutputLine[];
}

const PERIOD_MS = 1_000;

/** Creates a budget for each second, by default of 2,000 lines and 2 Mi UTF-16 units of text. */
export function createLineBudget(maxLines = 2_000, maxUnits = 2 * 1024 * 1024): LineBudget {
  let beganMs = -Infinity;
  let lines = 0;
  let units = 0;
  let dropped = 0;

  function report(): OutputLine[] {
    if (dropped === 0) return [];
    const text = `ddsrv: ${dropped} lines were dropped: more than ${maxLines} lines or ` +
      `${maxUnits} characters came within a second`;
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
