/** How many lines are kept. */
const LAST_LINES = 20;

/** What a process has said last. */
export interface LastLines {
  readonly push: (line: string) => void;
  readonly text: () => string;
}

/** Keeps the last lines, and no more. */
export function createLastLines(): LastLines {
  const lines: string[] = [];
  return {
    push(line) {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
    },
    text: () => lines.join("\n"),
  };
}
