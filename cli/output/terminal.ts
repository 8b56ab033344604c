/** Size of a terminal in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Size of a terminal that does not report one. */
export const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** Returns the size of a stream's terminal; `undefined` if the stream is not a terminal. */
export function terminalSize(
  stream: { readonly isTerminal: () => boolean } = Deno.stdout,
): TerminalSize | undefined {
  if (!stream.isTerminal()) return undefined;
  try {
    const { columns, rows } = Deno.consoleSize();
    // A pseudo-terminal whose size was never set reports 0.
    return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
  } catch {
    return DEFAULT_SIZE;
  }
}
