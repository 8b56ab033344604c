/**
 * Counts the reads and writes that this thread's event loop completes, on all wires. Deno polls all
 * sockets of a thread in one task, so there is one count for them.
 */
export const loopMeter = {
  /** Completed reads and writes since somebody has set it to 0. */
  completed: 0,
  /** Called once, at the next completed read or write. */
  onNext: undefined as (() => void) | undefined,
  /** Counts one read or write. */
  count(): void {
    this.completed++;
    const { onNext } = this;
    if (onNext === undefined) return;
    this.onNext = undefined;
    onNext();
  },
};
