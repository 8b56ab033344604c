/** Reports a frequent event at most once in each interval. */
export class Notice {
  #count = 0;
  #reportedAtMs = -Infinity;

  constructor(
    readonly options: {
      readonly intervalMs: number;
      readonly report: (message: string) => void;
    },
  ) {}

  /**
   * Counts an event, and reports it if the last report is older than the interval. `describe` gets
   * the number of events since that report.
   */
  count(nowMs: number, describe: (count: number) => string): void {
    this.#count++;
    if (nowMs - this.#reportedAtMs < this.options.intervalMs) return;
    this.options.report(describe(this.#count));
    this.#reportedAtMs = nowMs;
    this.#count = 0;
  }
}
