import { CliError } from "../../exit_code.ts";

/** Options of {@linkcode readInput}. */
export interface InputOptions {
  /** Name of the input, for messages. */
  readonly what: string;
  readonly maxBytes: number;
}

/** A file or a stream. */
interface Input {
  readonly read: (bytes: Uint8Array) => Promise<number | null>;
}

/**
 * Reads UTF-8 text to its end.
 *
 * @throws {CliError} if it is longer than `maxBytes` or not UTF-8; the message does not quote it
 */
export async function readInput(input: Input, { what, maxBytes }: InputOptions): Promise<string> {
  const bytes = new Uint8Array(maxBytes + 1);
  let length = 0;
  for (;;) {
    const read = await input.read(bytes.subarray(length));
    if (read === null || read === 0) break;
    length += read;
    if (length > maxBytes) {
      throw new CliError(`${what} is longer than ${maxBytes} bytes. Nothing was set`);
    }
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes.subarray(0, length));
  } catch {
    throw new CliError(`${what} is not UTF-8. Nothing was set. Encode it, for example as base64`);
  }
}
