/** Lines and columns of a terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What is taken for the size of a terminal that does not tell. */
export const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };

/**
 * The size of the terminal that a stream is, standard output where nothing is said; `undefined` when
 * it is none.
 */
export function terminalSize(
  stream: { readonly isTerminal: () => boolean } = Deno.stdout,
): TerminalSize | undefined {
  if (!stream.isTerminal()) return undefined;
  try {
    const { columns, rows } = Deno.consoleSize();
    // A terminal that nobody has told its size says 0.
    return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
  } catch {
    return DEFAULT_SIZE;
  }
}
