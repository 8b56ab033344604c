/** Says something that may happen any number of times a second, and says it seldom. */
export class Notice {
  #count = 0;
  #saidAtMs = -Infinity;

  constructor(
    readonly options: {
      readonly intervalMs: number;
      readonly say: (message: string) => void;
    },
  ) {}

  /**
   * Counts an event, and says so when nothing was said for an interval; `describe` gets how many
   * there were since then.
   */
  count(nowMs: number, describe: (count: number) => string): void {
    this.#count++;
    if (nowMs - this.#saidAtMs < this.options.intervalMs) return;
    this.options.say(describe(this.#count));
    this.#saidAtMs = nowMs;
    this.#count = 0;
  }
}
