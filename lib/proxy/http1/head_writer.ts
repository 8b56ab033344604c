/** Up to here, to copy byte by byte costs less than a call. */
const FEW = 96;

/** Puts a head together in a buffer that grows as needed and is used again. */
export class HeadWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 2_048) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** What was put together since the last {@linkcode clear}; valid until the next one. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Bytes that there is room for without growing. */
  get capacity(): number {
    return this.#bytes.length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Adds the bytes of `source` from `start` to `end`. */
  copy(source: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    this.#reserve(end - start);
    if (end - start > FEW) {
      this.#bytes.set(source.subarray(start, end), this.#length);
      this.#length += end - start;
    } else {
      this.#copyFew(source, start, end);
    }
  }

  /** Adds all bytes of `source`. */
  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    if (source.length > FEW) {
      this.#bytes.set(source, this.#length);
      this.#length += source.length;
    } else {
      this.#copyFew(source, 0, source.length);
    }
  }

  /** Adds a string of characters up to U+00FF, one byte each. */
  latin1(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let length = this.#length;
    for (let index = 0; index < text.length; index++) bytes[length++] = text.charCodeAt(index);
    this.#length = length;
  }

  #copyFew(source: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    let length = this.#length;
    for (let index = start; index < end; index++) bytes[length++] = source[index]!;
    this.#length = length;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
