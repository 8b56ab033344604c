import { ascii } from "../http1/octets.ts";
import { encodeChunk } from "../http1/chunked.ts";
import type { BufferAccount } from "../http1/wire.ts";

interface Piece {
  readonly bytes: Uint8Array;
  /** Used bytes; small pieces share memory, so that tiny frames take little more than their data. */
  length: number;
  /** Bytes of the window that are free again when the piece is read. */
  credit: number;
}

/** Memory for small pieces that wait for their reader. */
const SHARED_BYTES = 2_048;

/** Options of {@linkcode RequestBody}. */
export interface RequestBodyOptions {
  readonly account: BufferAccount;
  /** Bytes with chunked coding, for a body without a declared length. */
  readonly isChunked: boolean;
  /** The stream is or becomes a tunnel, whose end the proxy reads. */
  readonly isTunnel: boolean;
  /** Called with bytes of data that were read, which the client may send anew. */
  readonly onRead: (bytes: number) => void;
}

/** A request's body as HTTP/1.1 sends it, between the client's frames and the reads of the proxy. */
export class RequestBody {
  readonly #account: BufferAccount;
  readonly #isChunked: boolean;
  readonly #isTunnel: boolean;
  readonly #onRead: (bytes: number) => void;
  #pieces: Piece[] = [];
  #start = 0;
  #isEnded = false;
  #reading: { readonly into: Uint8Array; readonly reader: Reader } | undefined;
  #failure: Error | undefined;
  #buffered = 0;

  constructor({ account, isChunked, isTunnel, onRead }: RequestBodyOptions) {
    this.#account = account;
    this.#isChunked = isChunked;
    this.#isTunnel = isTunnel;
    this.#onRead = onRead;
  }

  /** Adds a copy of data. Returns false if the account has no room for it. */
  add(data: Uint8Array): boolean {
    if (this.#failure !== undefined || data.length === 0) return true;
    const { bufferedBytes, maxBufferedBytes } = this.#account;
    if (bufferedBytes + data.length > maxBufferedBytes) return false;
    this.#push(this.#isChunked ? encodeChunk(data) : data, data.length);
    return true;
  }

  /** Ends the body; `trailers` are whole lines. HTTP/1.1 has trailers with chunked coding only. */
  end(trailers = ""): void {
    if (this.#isChunked) this.#push(ascii(`0\r\n${trailers}\r\n`), 0);
    this.#isEnded = true;
    const reading = this.#reading;
    if (!this.#isTunnel || reading === undefined) return;
    this.#reading = undefined;
    reading.reader.resolve(null);
  }

  /**
   * Reads bytes. A tunnel resolves to null at its end. Another read after the body waits until the
   * stream fails, as a connection does whose client waits for the response.
   */
  read(into: Uint8Array): Promise<number | null> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const count = this.#take(into);
    if (count > 0) return Promise.resolve(count);
    if (this.#isEnded && this.#isTunnel) return Promise.resolve(null);
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    this.#reading = { into, reader: { resolve, reject } };
    return promise;
  }

  /** Frees all memory. All reads reject with the error. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#account.bufferedBytes -= this.#buffered;
    const credit = this.#pieces.reduce((sum, piece) => sum + piece.credit, 0);
    this.#buffered = 0;
    this.#pieces = [];
    if (credit > 0) this.#onRead(credit);
    this.#reading?.reader.reject(error);
    this.#reading = undefined;
  }

  #push(bytes: Uint8Array, credit: number): void {
    this.#keep(bytes, credit);
    this.#buffered += bytes.length;
    this.#account.bufferedBytes += bytes.length;
    const reading = this.#reading;
    if (reading === undefined) return;
    this.#reading = undefined;
    reading.reader.resolve(this.#take(reading.into));
  }

  #keep(bytes: Uint8Array, credit: number): void {
    const { length } = bytes;
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.length + length <= last.bytes.length) {
      last.bytes.set(bytes, last.length);
      last.length += length;
      last.credit += credit;
      return;
    }
    const memory = new Uint8Array(last === undefined ? length : Math.max(length, SHARED_BYTES));
    memory.set(bytes);
    this.#pieces.push({ bytes: memory, length, credit });
  }

  #take(into: Uint8Array): number {
    let count = 0;
    let credit = 0;
    while (this.#pieces.length > 0 && count < into.length) {
      const piece = this.#pieces[0]!;
      const length = Math.min(into.length - count, piece.length - this.#start);
      into.set(piece.bytes.subarray(this.#start, this.#start + length), count);
      count += length;
      this.#start += length;
      if (this.#start < piece.length) break;
      this.#pieces.shift();
      this.#start = 0;
      credit += piece.credit;
    }
    this.#buffered -= count;
    this.#account.bufferedBytes -= count;
    if (credit > 0) this.#onRead(credit);
    return count;
  }
}

interface Reader {
  readonly resolve: (count: number | null) => void;
  readonly reject: (error: unknown) => void;
}
