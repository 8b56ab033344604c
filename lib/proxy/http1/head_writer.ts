import { grown } from "./grown.ts";

/** Up to this many bytes, a loop is faster than a call of `set`. */
const MAX_LOOP_BYTES = 96;

/** Builds a head in a reused buffer that grows as needed. */
export class HeadWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 2_048) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes written since the last {@linkcode clear}; valid until the next one. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Size of the buffer in bytes. */
  get capacity(): number {
    return this.#bytes.length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Appends the bytes of `source` from `start` to `end`. */
  copy(source: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    this.#reserve(end - start);
    if (end - start > MAX_LOOP_BYTES) {
      this.#bytes.set(source.subarray(start, end), this.#length);
      this.#length += end - start;
    } else {
      this.#copyFew(source, start, end);
    }
  }

  /** Appends all bytes of `source`. */
  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    if (source.length > MAX_LOOP_BYTES) {
      this.#bytes.set(source, this.#length);
      this.#length += source.length;
    } else {
      this.#copyFew(source, 0, source.length);
    }
  }

  /** Appends a string of characters up to U+00FF, one byte each. */
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
    if (needed > this.#bytes.length) this.#bytes = grown(this.#bytes, needed);
  }
}
