import { ChunkedScanner } from "./chunked.ts";
import type { Framing } from "./framing.ts";
import { NO_BYTES } from "./octets.ts";
import type { Wire } from "./wire.ts";

/** How a body is to be read. */
export interface BodyOptions {
  /** Chunks are taken off. */
  readonly isDechunked?: boolean;
  /** Most bytes of data that chunks may hold; a declared length is known without reading. */
  readonly maxBytes?: number;
}

/** Reads one message's body off a wire, piece by piece, and finds its end. */
export class BodyReader {
  /** Whether the body has come to its proper end. */
  isDone: boolean;
  /** Why there will be no proper end. */
  fault: string | undefined;
  /** Whether the fault is that there is more of it than is allowed. */
  isTooLarge = false;

  readonly #wire: Wire;
  readonly #framing: Framing;
  readonly #scanner: ChunkedScanner | undefined;
  readonly #isDechunked: boolean;
  readonly #maxBytes: number;
  #left = 0;

  constructor(wire: Wire, framing: Framing, options: BodyOptions = {}) {
    this.#wire = wire;
    this.#framing = framing;
    this.#isDechunked = options.isDechunked ?? false;
    this.#maxBytes = options.maxBytes ?? Infinity;
    this.isDone = framing.type === "none";
    if (framing.type === "length") this.#left = framing.length;
    if (framing.type === "chunked") this.#scanner = new ChunkedScanner();
  }

  /**
   * What is buffered of the body, maybe nothing. As it came, chunks and all, unless the reader is
   * to take them off. Valid until the next read.
   */
  takeBuffered(): Uint8Array {
    const { buffer, start, end } = this.#wire;
    if (this.isDone || this.fault !== undefined || start === end) return NO_BYTES;
    switch (this.#framing.type) {
      case "length": {
        const stop = Math.min(end, start + this.#left);
        this.#left -= stop - start;
        this.isDone = this.#left === 0;
        this.#wire.start = stop;
        return buffer.subarray(start, stop);
      }
      case "chunked":
        return this.#takeChunks();
      default:
        this.#wire.start = end;
        return buffer.subarray(start, end);
    }
  }

  /** The next piece of the body, or `undefined` when there is none: see `isDone` and `fault`. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const piece = this.takeBuffered();
      if (piece.length > 0) return piece;
      if (this.isDone || this.fault !== undefined) return undefined;
      this.#wire.growIfFilled();
      if (!await this.#wire.fill()) {
        if (this.#framing.type === "close" && !this.#wire.isBroken) this.isDone = true;
        else this.fault = "it ended before its body was complete";
        return undefined;
      }
    }
  }

  #takeChunks(): Uint8Array {
    const { buffer, start, end } = this.#wire;
    const scanner = this.#scanner!;
    let dataEnd = start;
    const stop = scanner.scan(
      buffer,
      { start, end },
      // Moved together in their place: what stands between has been read.
      this.#isDechunked
        ? (from, to) => {
          buffer.copyWithin(dataEnd, from, to);
          dataEnd += to - from;
        }
        : undefined,
    );
    this.#wire.start = stop;
    this.isDone = scanner.isDone;
    this.fault = scanner.fault;
    if (scanner.dataBytes > this.#maxBytes) {
      this.isTooLarge = true;
      this.fault = "it is too large";
      return NO_BYTES;
    }
    return buffer.subarray(start, this.#isDechunked ? dataEnd : stop);
  }
}
