/** Writes text to standard output: results, and nothing else. */
export function printOut(text: string): void {
  // The reader has seen enough (`ddsrv logs | head`).
  if (!offerOut(text)) Deno.exit(0);
}

/** The same for what has to clear up behind itself: gives `false` when nobody reads any more. */
export function offerOut(text: string): boolean {
  return write(Deno.stdout, text);
}

/** Writes text to standard error: everything that is no result. */
export function printError(text: string): void {
  // Where nobody reads it, the exit code still tells.
  write(Deno.stderr, text);
}

/** Writes a value as JSON for programs, with a line feed. */
export function printJson(value: unknown): void {
  printOut(jsonText(value));
}

/** A value as {@linkcode printJson} writes it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Gives `false` when the reader has gone away. */
function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): boolean {
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}
