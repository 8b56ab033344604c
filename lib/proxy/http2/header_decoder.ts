import { latin1, NO_BYTES } from "../http1/octets.ts";
import { ConnectionError, ErrorCode } from "./frames.ts";
import { decodeHuffman } from "./huffman.ts";
import { type Field, STATIC_TABLE } from "./static_table.ts";

/** Size of the dynamic table that clients may use; the default of RFC 9113, section 6.5.2. */
const MAX_TABLE_BYTES = 4_096;

/** Each field counts for this much besides its name and value (RFC 7541, section 4.1). */
const FIELD_BYTES = 32;

/** No number in a header block needs more bytes: lengths and indexes have at most 28 bits here. */
const MAX_NUMBER_BYTES = 5;

/** For decoded texts; decoding never waits, so one serves all clients. */
let scratch = new Uint8Array(1_024);

/** Decoder of one client's header blocks (RFC 7541), with its dynamic table. */
export class HeaderDecoder {
  /** Fields that the client has added, oldest first. */
  readonly #added: Field[] = [];
  #addedBytes = 0;
  #maxBytes = MAX_TABLE_BYTES;
  #bytes: Uint8Array = NO_BYTES;
  #at = 0;

  /**
   * Decodes a whole header block. Returns `undefined` if its fields exceed `maxListBytes`, counted
   * as RFC 9113, section 6.5.2 says. It decodes such a block to its end, because the next ones
   * refer to what it adds, and keeps none of its fields.
   *
   * @throws {ConnectionError} if the block is invalid; no further block can be decoded
   */
  decode(block: Uint8Array, maxListBytes: number): Field[] | undefined {
    this.#bytes = block;
    this.#at = 0;
    const fields: Field[] = [];
    let listBytes = 0;
    let mayResize = true;
    while (this.#at < block.length) {
      const first = block[this.#at]!;
      if ((first & 0xe0) === 0x20) {
        if (!mayResize) throw invalid("a change of the table's size within a header block");
        this.#resize(this.#number(0x1f));
        continue;
      }
      mayResize = false;
      const field = this.#field(first);
      listBytes += sizeOf(field);
      if (listBytes <= maxListBytes) fields.push(field);
    }
    this.#bytes = NO_BYTES;
    return listBytes <= maxListBytes ? fields : undefined;
  }

  #field(first: number): Field {
    if ((first & 0x80) !== 0) return this.#lookUp(this.#number(0x7f));
    const isAdded = (first & 0x40) !== 0;
    const index = this.#number(isAdded ? 0x3f : 0x0f);
    const name = index === 0 ? this.#text() : this.#lookUp(index)[0];
    const field: Field = [name, this.#text()];
    if (isAdded) this.#add(field);
    return field;
  }

  #lookUp(index: number): Field {
    const field = index <= STATIC_TABLE.length
      ? STATIC_TABLE[index - 1]
      : this.#added[this.#added.length + STATIC_TABLE.length - index];
    if (field === undefined) throw invalid("an index outside of the tables");
    return field;
  }

  #add(field: Field): void {
    const size = sizeOf(field);
    this.#evict(this.#maxBytes - size);
    if (size > this.#maxBytes) return;
    this.#added.push(field);
    this.#addedBytes += size;
  }

  #resize(maxBytes: number): void {
    if (maxBytes > MAX_TABLE_BYTES) throw invalid("a table larger than allowed");
    this.#maxBytes = maxBytes;
    this.#evict(maxBytes);
  }

  #evict(maxBytes: number): void {
    while (this.#addedBytes > maxBytes && this.#added.length > 0) {
      this.#addedBytes -= sizeOf(this.#added.shift()!);
    }
  }

  /** Reads a number whose first byte has it, or its start, in the bits of `mask` (section 5.1). */
  #number(mask: number): number {
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let factor = 1, count = 1; count < MAX_NUMBER_BYTES; count++, factor *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if ((byte & 0x80) === 0) return value;
    }
    throw invalid("a number that is too large");
  }

  #text(): string {
    const isHuffman = (this.#bytes[this.#at]! & 0x80) !== 0;
    const length = this.#number(0x7f);
    const start = this.#at;
    const end = start + length;
    if (end > this.#bytes.length) throw invalid("a text that does not end within its block");
    this.#at = end;
    if (!isHuffman) return latin1(this.#bytes, start, end);
    const maxBytes = Math.ceil(length * 8 / 5);
    if (scratch.length < maxBytes) scratch = new Uint8Array(maxBytes);
    const decoded = decodeHuffman(this.#bytes, { start, end }, scratch);
    if (decoded === undefined) throw invalid("an invalid Huffman code");
    return latin1(scratch, 0, decoded);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw invalid("a header block that ends too early");
    return byte;
  }
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + FIELD_BYTES;
}

function invalid(problem: string): ConnectionError {
  return new ConnectionError(ErrorCode.CompressionError, problem);
}
