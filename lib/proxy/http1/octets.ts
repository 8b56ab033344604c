import { Buffer } from "node:buffer";

/** Bytes that the codec looks for. */
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

/** No bytes at all. */
export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** tchar: what a method or a field's name is made of (RFC 9110, section 5.6.2). */
export const TOKEN: Uint8Array = classOf("!#$%&'*+-.^_`|~", true);

/** What a field's value is made of: visible characters, obs-text, space and tab (section 5.5). */
export const FIELD_VALUE: Uint8Array = valueClass();

/**
 * What a request target is made of: all visible characters but `#`, which begins a fragment and is
 * never sent (RFC 9112, section 3.2), and raw UTF-8, which is passed on as it is.
 */
export const TARGET: Uint8Array = targetClass();

/** What a host's name is made of, escapes and all (RFC 3986, section 3.2.2). */
export const HOST: Uint8Array = classOf("-._~!$&'()*+,;=%", true);

/** What an address in brackets is made of. */
export const IP_LITERAL: Uint8Array = classOf("-._~!$&'()*+,;=:", true);

/** The value of a hexadecimal digit, 255 for all else. */
export const HEX: Uint8Array = hexValues();

/** The bytes of an ASCII string. */
export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Whether the bytes from `start` on are `lower`, which is written in lower case, in any case. */
export function matchesAt(bytes: Uint8Array, start: number, lower: Uint8Array): boolean {
  for (let index = 0; index < lower.length; index++) {
    const byte = bytes[start + index]!;
    const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (folded !== lower[index]) return false;
  }
  return true;
}

/** Up to here, putting characters together costs less than a call. */
const FEW = 24;

/** The bytes from `start` to `end`, each as one character: nothing is lost on the way back. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > FEW) return bufferOf(bytes).toString("latin1", start, end);
  let text = "";
  for (let index = start; index < end; index++) {
    text += String.fromCharCode(bytes[index]!);
  }
  return text;
}

/** The same bytes, with what Node's buffers can do. */
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
  const table = new Uint8Array(256).fill(1, SPACE + 1);
  table["#".charCodeAt(0)] = 0;
  table[0x7f] = 0;
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
