/**
 * Large buffers between two uses: a new one costs its zeroing and a collection of garbage, for a body
 * of 100 KB more than all reads and writes. It contains bytes of its last use, perhaps of another
 * client, so only what was read into it anew may be used.
 */
export class BufferPool {
  readonly #free = new Map<number, Uint8Array<ArrayBuffer>[]>();
  readonly #maxBytes: number;
  #bytes = 0;

  /** `maxBytes` is the sum of the sizes of unused buffers. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Returns a buffer of exactly this size in bytes. */
  take(size: number): Uint8Array<ArrayBuffer> {
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return new Uint8Array(size);
    this.#bytes -= size;
    return buffer;
  }

  /** Keeps a buffer for its next use, if there is room. No read or write may use it any more. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    const { length } = buffer;
    if (this.#bytes + length > this.#maxBytes) return;
    this.#bytes += length;
    const free = this.#free.get(length);
    if (free === undefined) this.#free.set(length, [buffer]);
    else free.push(buffer);
  }
}
