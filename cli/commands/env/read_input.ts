import { CliError } from "../../exit_code.ts";

/** The name of the input for messages, and its bound. */
export interface InputOptions {
  /** For messages. */
  readonly what: string;
  readonly maxBytes: number;
}

/** A file or a stream. */
interface Input {
  readonly read: (bytes: Uint8Array) => Promise<number | null>;
}

/**
 * Reads text to its end.
 *
 * @throws {CliError} when there is more than that, or it is not UTF-8; the message holds none of it
 */
export async function readInput(input: Input, { what, maxBytes }: InputOptions): Promise<string> {
  const bytes = new Uint8Array(maxBytes + 1);
  let length = 0;
  for (;;) {
    const read = await input.read(bytes.subarray(length));
    if (read === null || read === 0) break;
    length += read;
    if (length > maxBytes) {
      throw new CliError(`${what} has more than ${maxBytes} bytes. Nothing was set`);
    }
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes.subarray(0, length));
  } catch {
    throw new CliError(`${what} is not UTF-8. Nothing was set. Encode it, as in base64`);
  }
}
