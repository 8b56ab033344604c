import { TarError } from "./tar_error.ts";

/** A stream, read in pieces of the reader's choice. */
export interface ByteReader {
  /** Exactly so many bytes; throws a {@linkcode TarError} when the stream ends before. */
  readonly read: (length: number) => Promise<Uint8Array>;
  /** From one to so many bytes; `undefined` at the end. */
  readonly some: (length: number) => Promise<Uint8Array | undefined>;
}

/** A reader of a stream. */
export function createByteReader(stream: ReadableStream<Uint8Array>): ByteReader {
  const reader = stream.getReader();
  let held: Uint8Array = new Uint8Array();

  async function some(length: number): Promise<Uint8Array | undefined> {
    while (held.length === 0) {
      const value = await next();
      if (value === undefined) return undefined;
      held = value;
    }
    const piece = held.subarray(0, length);
    held = held.subarray(piece.length);
    return piece;
  }

  async function next(): Promise<Uint8Array | undefined> {
    try {
      return (await reader.read()).value;
    } catch (cause) {
      // What a DecompressionStream throws.
      if (!(cause instanceof TypeError)) throw cause;
      throw new TarError("its gzip stream is damaged or cut off", { cause });
    }
  }

  return {
    some,
    async read(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length;) {
        const piece = await some(length - at);
        if (piece === undefined) throw new TarError("it ends in the middle");
        bytes.set(piece, at);
        at += piece.length;
      }
      return bytes;
    },
  };
}
