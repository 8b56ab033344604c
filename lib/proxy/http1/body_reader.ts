import { ChunkedScanner } from "./chunked.ts";
import type { Framing } from "./framing.ts";
import { NO_BYTES } from "./octets.ts";
import type { Wire } from "./wire.ts";

/** Options of a {@linkcode BodyReader}. */
export interface BodyOptions {
  /** Remove the chunked framing and return the data only. */
  readonly isDechunked?: boolean;
  /** Maximum bytes of data in a chunked body; a declared length is checked before reading. */
  readonly maxBytes?: number;
  /** Names in lower case that the message's `Connection` lists; no trailer may have them. */
  readonly hopNames?: readonly Uint8Array[];
}

/** Reads the body of one message from a wire, piece by piece, and finds its end. */
export class BodyReader {
  /** True when the body was read to its end. */
  isDone: boolean;
  /** Why the body cannot be read to its end. */
  fault: string | undefined;
  /** True if the fault is that the body exceeds `maxBytes`. */
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
    if (framing.type === "chunked") this.#scanner = new ChunkedScanner(options.hopNames);
  }

  /**
   * Takes and returns the buffered part of the body, which may be empty. It includes the chunked
   * framing unless the reader removes it. Valid until the next read.
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

  /** Returns the next piece of the body, or `undefined` at its end; see `isDone` and `fault`. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const piece = this.takeBuffered();
      if (piece.length > 0) return piece;
      if (this.isDone || this.fault !== undefined) return undefined;
      this.#wire.growIfFilled(this.#framing.type === "length" ? this.#left : Infinity);
      if (!await this.#wire.fill()) {
        if (this.#framing.type === "close" && !this.#wire.isBroken) this.isDone = true;
        else this.fault = "the connection ended before the body was complete";
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
      // Close the gaps in place: the framing between the pieces is no longer needed.
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
      this.fault = "the body is too large";
      return NO_BYTES;
    }
    return buffer.subarray(start, this.#isDechunked ? dataEnd : stop);
  }
}
