import { TarError } from "./tar_error.ts";

/** Reads a stream in pieces of given lengths. */
export interface ByteReader {
  /** Reads exactly `length` bytes; throws a {@linkcode TarError} if the stream ends before. */
  readonly read: (length: number) => Promise<Uint8Array>;
  /** Reads 1 to `length` bytes; `undefined` at the end. */
  readonly some: (length: number) => Promise<Uint8Array | undefined>;
}

/** Creates a reader of a stream. */
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
      // DecompressionStream throws a TypeError.
      if (!(cause instanceof TypeError)) throw cause;
      throw new TarError("its gzip data is damaged or truncated", { cause });
    }
  }

  return {
    some,
    async read(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length;) {
        const piece = await some(length - at);
        if (piece === undefined) throw new TarError("it is truncated");
        bytes.set(piece, at);
        at += piece.length;
      }
      return bytes;
    },
  };
}
