/**
 * A field of a message, with its number. Only what KV Connect uses: unsigned numbers and bytes, which
 * also hold texts and inner messages.
 */
export type ProtobufField = readonly [number: number, value: number | Uint8Array];

/** Wire types (Protocol Buffers, "Encoding"). */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/**
 * Encodes a message. Source: Protocol Buffers, "Encoding".
 *
 * @example
 * ```ts
 * import { encodeMessage } from "./protobuf.ts";
 * encodeMessage([[1, 150]]); // bytes 08 96 01
 * ```
 */
export function encodeMessage(fields: readonly ProtobufField[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    fields.flatMap(([number, value]) =>
      typeof value === "number"
        ? [...varint(number << 3 | VARINT), ...varint(value)]
        : [...varint(number << 3 | BYTES), ...varint(value.length), ...value]
    ),
  );
}

/**
 * Decodes a message. Leaves out fields of other wire types.
 *
 * @throws {SyntaxError} if it is not a message
 */
export function decodeMessage(bytes: Uint8Array): readonly ProtobufField[] {
  const fields: ProtobufField[] = [];
  for (let at = 0; at < bytes.length;) {
    const [key, start] = readVarint(bytes, at);
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case VARINT: {
        const [value, end] = readVarint(bytes, start);
        fields.push([number, value]);
        at = end;
        break;
      }
      case BYTES: {
        const [length, from] = readVarint(bytes, start);
        at = from + length;
        fields.push([number, bytes.subarray(from, at)]);
        break;
      }
      case FIXED64:
        at = start + 8;
        break;
      case FIXED32:
        at = start + 4;
        break;
      default:
        throw new SyntaxError("The message has a field of an unknown type");
    }
    if (at > bytes.length) throw new SyntaxError("The message ends inside a field");
  }
  return fields;
}

/** Numbers up to 2^53, which need more bits than `<<` has. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value;; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push(rest % 128 | 128);
  }
}

/** Returns a number and the index after it. */
function readVarint(bytes: Uint8Array, start: number): readonly [value: number, end: number] {
  let value = 0;
  for (let at = start, factor = 1; at < start + 10; at++, factor *= 128) {
    const byte = bytes[at];
    if (byte === undefined) throw new SyntaxError("The message ends inside a field");
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at + 1];
  }
  throw new SyntaxError("The message has a number of more than ten bytes");
}
