import { Buffer } from "node:buffer";

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const STAR = 0x2a;
export const COMMA = 0x2c;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const QUESTION = 0x3f;
export const OPENING_BRACKET = 0x5b;
export const CLOSING_BRACKET = 0x5d;

/** An empty array. */
export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** 1 for each tchar: the bytes of methods and field names (RFC 9110, section 5.6.2). */
export const TOKEN: Uint8Array = classOf("!#$%&'*+-.^_`|~", true);

/** 1 for each byte of field values: visible characters, obs-text, space, tab (section 5.5). */
export const FIELD_VALUE: Uint8Array = valueClass();

/**
 * 1 for each byte of request targets: visible ASCII characters except `#`, which starts a fragment
 * and is never sent (RFC 9112, section 3.2). Servers read other bytes in different ways or refuse
 * them, so a client must escape them (RFC 3986, section 2.5).
 */
export const TARGET: Uint8Array = targetClass();

/** 1 for each byte of host names, escapes included (RFC 3986, section 3.2.2). */
export const HOST: Uint8Array = classOf("-._~!$&'()*+,;=%", true);

/** 1 for each byte of an address in brackets (RFC 3986, section 3.2.2). */
export const IP_LITERAL: Uint8Array = classOf("-._~!$&'()*+,;=:", true);

/** Value of each hexadecimal digit; 255 for all other bytes. */
export const HEX: Uint8Array = hexValues();

/** Encodes an ASCII string. */
export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Returns true if the bytes at `start` equal `lower`, given in lower case, ignoring case. */
export function matchesAt(bytes: Uint8Array, start: number, lower: Uint8Array): boolean {
  for (let index = 0; index < lower.length; index++) {
    const byte = bytes[start + index]!;
    const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (folded !== lower[index]) return false;
  }
  return true;
}

/** Returns true if the bytes at `start` equal `expected`. */
export function isAt(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++) {
    if (bytes[start + index] !== expected[index]) return false;
  }
  return true;
}

/** Up to this many bytes, a loop is faster than a call of `toString`. */
const MAX_LOOP_BYTES = 24;

/** Decodes the bytes from `start` to `end` as Latin-1: one character per byte, without loss. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > MAX_LOOP_BYTES) return bufferOf(bytes).toString("latin1", start, end);
  let text = "";
  for (let index = start; index < end; index++) {
    text += String.fromCharCode(bytes[index]!);
  }
  return text;
}

/** Returns a Node buffer over the same memory. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function classOf(others: string, hasAlphanumerics: boolean): Uint8Array {
  const table = new Uint8Array(256);
  const alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  for (const char of hasAlphanumerics ? others + alphanumerics : others) {
    table[char.charCodeAt(0)] = 1;
  }
  return table;
}

function valueClass(): Uint8Array {
  const table = new Uint8Array(256).fill(1, SPACE);
  table[TAB] = 1;
  table[0x7f] = 0;
  return table;
}

function targetClass(): Uint8Array {
  const table = new Uint8Array(256).fill(1, SPACE + 1, 0x7f);
  table["#".charCodeAt(0)] = 0;
  return table;
}

function hexValues(): Uint8Array {
  const table = new Uint8Array(256).fill(255);
  for (let value = 0; value < 16; value++) {
    const digit = value.toString(16);
    table[digit.charCodeAt(0)] = value;
    table[digit.toUpperCase().charCodeAt(0)] = value;
  }
  return table;
}
