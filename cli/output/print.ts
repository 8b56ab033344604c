/** Writes results to standard output; exits with 0 if it is closed, as in `ddsrv logs | head`. */
export function printOut(text: string): void {
  if (!tryPrintOut(text)) Deno.exit(0);
}

/** Writes results to standard output; returns false if it is closed. */
export function tryPrintOut(text: string): boolean {
  return write(Deno.stdout, text);
}

/** Writes messages to standard error; ignores that it is closed. */
export function printError(text: string): void {
  write(Deno.stderr, text);
}

/** Writes a value as JSON to standard output. */
export function printJson(value: unknown): void {
  printOut(jsonText(value));
}

/** Returns the text that {@linkcode printJson} writes. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Returns false if the reader has closed the stream. */
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
