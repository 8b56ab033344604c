/** Lines of all processes together that one turn of the event loop handles. */
const LINES_PER_TURN = 200;

/** Divides the event loop's time for lines among all processes that write. */
export interface LineTurns {
  /**
   * Returns a promise if the present turn of the event loop has handled enough lines. It resolves in
   * a later turn, first in, first out; the caller then handles one line.
   */
  readonly enter: () => Promise<void> | undefined;
}

/** Creates {@linkcode LineTurns}. `later` calls back in the next turn of the event loop. */
export function createLineTurns(
  linesPerTurn = LINES_PER_TURN,
  later: (turn: () => void) => void = (turn) => void setTimeout(turn, 0),
): LineTurns {
  const waiting: (() => void)[] = [];
  let left = linesPerTurn;
  let isDue = false;

  function turn(): void {
    isDue = false;
    const released = waiting.splice(0, linesPerTurn);
    left = linesPerTurn - released.length;
    for (const resolve of released) resolve();
    if (released.length > 0) schedule();
  }

  function schedule(): void {
    if (isDue) return;
    isDue = true;
    later(turn);
  }

  return {
    enter() {
      schedule();
      if (left > 0) {
        left--;
        return undefined;
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** Those of this process, which has one event loop. */
export const lineTurns: LineTurns = createLineTurns();
