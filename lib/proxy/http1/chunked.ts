import { isTrailerName } from "./field_names.ts";
import {
  ascii,
  COLON,
  CR,
  FIELD_VALUE,
  HEX,
  latin1,
  LF,
  matchesAt,
  SEMICOLON,
  TOKEN,
} from "./octets.ts";

/** Position of a scanner within a chunked body. */
enum State {
  Size,
  ExtensionNameStart,
  ExtensionName,
  ExtensionValueStart,
  ExtensionValue,
  Quoted,
  Escaped,
  QuotedEnd,
  SizeLf,
  Data,
  DataCr,
  DataLf,
  TrailerStart,
  TrailerName,
  TrailerValue,
  TrailerLf,
  EndLf,
  Done,
}

/** Receives each piece of data, as offsets into the scanned bytes. */
export type OnData = (start: number, end: number) => void;

/** Maximum bytes of all chunk extensions together, and of all trailers. */
const MAX_EXTENSIONS = 16_384;
const MAX_TRAILERS = 16_384;
/** 13 hexadecimal digits are 52 bits, which a number holds exactly. */
const MAX_SIZE_DIGITS = 13;

/** The chunk that ends a body without trailers. */
export const LAST_CHUNK: Uint8Array = ascii("0\r\n\r\n");

const QUOTE = 0x22;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const CRLF = ascii("\r\n");

/**
 * Validates a chunked body (RFC 9112, section 7.1) without changing it, so that the caller can
 * forward the scanned bytes. Rejects bare line ends, sizes that are not hexadecimal, and trailer
 * fields that only the header may contain.
 */
export class ChunkedScanner {
  #state = State.Size;
  /** Remaining bytes of the current chunk. */
  #left = 0;
  #digits = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;
  #name: number[] = [];
  readonly #hopNames: readonly Uint8Array[];
  readonly #trailers: number[] | undefined;

  /** Bytes of data in all chunks up to the current one, which is counted whole. */
  dataBytes = 0;
  /** Why the body is invalid. */
  fault: string | undefined;

  /**
   * `hopNames`: names in lower case that `Connection` lists, which no trailer may have.
   * `keepsTrailers`: {@linkcode trailers} has their lines.
   */
  constructor(
    hopNames: readonly Uint8Array[] = [],
    { keepsTrailers = false }: { readonly keepsTrailers?: boolean } = {},
  ) {
    this.#hopNames = hopNames;
    this.#trailers = keepsTrailers ? [] : undefined;
  }

  /** Lines of the trailers so far, one character per byte, each with its CRLF. */
  get trailers(): string {
    const bytes = Uint8Array.from(this.#trailers ?? []);
    return latin1(bytes, 0, bytes.length);
  }

  /** True when the last byte of the body was scanned. */
  get isDone(): boolean {
    return this.#state === State.Done;
  }

  /**
   * Scans the bytes from `start` to `end` and returns the position where it stopped: at `end`,
   * just after the body, or at the first invalid byte.
   */
  scan(
    bytes: Uint8Array,
    range: { readonly start: number; readonly end: number },
    onData?: OnData,
  ): number {
    let position = range.start;
    while (position < range.end && this.#state !== State.Done) {
      if (this.#state === State.Data) {
        const stop = Math.min(range.end, position + this.#left);
        onData?.(position, stop);
        this.#left -= stop - position;
        position = stop;
        if (this.#left === 0) this.#state = State.DataCr;
        continue;
      }
      const fault = this.#step(bytes[position]!);
      if (fault !== undefined) {
        this.fault = fault;
        return position;
      }
      position++;
    }
    return position;
  }

  #step(byte: number): string | undefined {
    switch (this.#state) {
      case State.Size:
        return this.#readSize(byte);
      case State.ExtensionNameStart:
      case State.ExtensionName:
      case State.ExtensionValueStart:
      case State.ExtensionValue:
      case State.Quoted:
      case State.Escaped:
      case State.QuotedEnd:
        return this.#readExtension(byte);
      case State.SizeLf:
        if (byte !== LF) return "a chunk size line does not end with CRLF";
        this.dataBytes += this.#left;
        this.#state = this.#left === 0 ? State.TrailerStart : State.Data;
        this.#digits = 0;
        return undefined;
      case State.DataCr:
        if (byte !== CR) return "a chunk is longer than its size";
        this.#state = State.DataLf;
        return undefined;
      case State.DataLf:
        if (byte !== LF) return "a chunk does not end with CRLF";
        this.#state = State.Size;
        return undefined;
      default:
        return this.#readTrailer(byte);
    }
  }

  #readSize(byte: number): string | undefined {
    const digit = HEX[byte]!;
    if (digit !== 255) {
      if (++this.#digits > MAX_SIZE_DIGITS) {
        return "a chunk size has too many digits";
      }
      this.#left = this.#left * 16 + digit;
      return undefined;
    }
    if (this.#digits === 0) return "a chunk size is not a hexadecimal number";
    if (byte === CR) this.#state = State.SizeLf;
    else if (byte === SEMICOLON) this.#state = State.ExtensionNameStart;
    else return "a chunk size is not a hexadecimal number";
    return undefined;
  }

  /**
   * Reads `*( ";" name [ "=" ( token / quoted-string ) ] )` (RFC 9112, section 7.1.1), without the
   * white space that recipients may not all accept, and with quoted characters of ASCII only.
   */
  #readExtension(byte: number): string | undefined {
    if (++this.#extensionBytes > MAX_EXTENSIONS) return "the chunk extensions are too long";
    const next = afterExtension(this.#state, byte);
    if (next === undefined) return "a chunk extension is invalid";
    this.#state = next;
    return undefined;
  }

  #isTrailer(name: Uint8Array): boolean {
    return isTrailerName(name) &&
      !this.#hopNames.some((one) => one.length === name.length && matchesAt(name, 0, one));
  }

  #readTrailer(byte: number): string | undefined {
    if (++this.#trailerBytes > MAX_TRAILERS) {
      return "the trailers are too long";
    }
    this.#trailers?.push(byte);
    switch (this.#state) {
      case State.TrailerStart:
        if (byte === CR) this.#state = State.EndLf;
        else if (TOKEN[byte] === 0) {
          return "a trailer line does not start with a name";
        } else {
          this.#state = State.TrailerName;
          this.#name = [byte];
        }
        return undefined;
      case State.TrailerName:
        if (byte === COLON) {
          this.#state = State.TrailerValue;
          return this.#isTrailer(Uint8Array.from(this.#name))
            ? undefined
            : "a trailer is only allowed in the header";
        }
        this.#name.push(byte);
        return TOKEN[byte] === 0 ? "a trailer name is not followed by a colon" : undefined;
      case State.TrailerValue:
        if (byte === CR) this.#state = State.TrailerLf;
        else if (FIELD_VALUE[byte] === 0) {
          return "a trailer contains a control character";
        }
        return undefined;
      case State.TrailerLf:
        this.#state = State.TrailerStart;
        return byte === LF ? undefined : "a trailer line does not end with CRLF";
      default:
        if (byte !== LF) return "the body does not end with CRLF";
        this.#state = State.Done;
        return undefined;
    }
  }
}

/** Returns the state after a byte of an extension; `undefined` if the byte is not allowed there. */
function afterExtension(state: State, byte: number): State | undefined {
  switch (state) {
    case State.Quoted:
      if (byte === QUOTE) return State.QuotedEnd;
      if (byte === BACKSLASH) return State.Escaped;
      return isQuotable(byte) ? State.Quoted : undefined;
    case State.Escaped:
      return isQuotable(byte) ? State.Quoted : undefined;
    case State.ExtensionNameStart:
      return TOKEN[byte] === 1 ? State.ExtensionName : undefined;
    case State.ExtensionValueStart:
      if (byte === QUOTE) return State.Quoted;
      return TOKEN[byte] === 1 ? State.ExtensionValue : undefined;
    default:
      if (byte === CR) return State.SizeLf;
      if (byte === SEMICOLON) return State.ExtensionNameStart;
      if (state === State.QuotedEnd) return undefined;
      if (byte === EQUALS && state === State.ExtensionName) return State.ExtensionValueStart;
      return TOKEN[byte] === 1 ? state : undefined;
  }
}

function isQuotable(byte: number): boolean {
  return FIELD_VALUE[byte] === 1 && byte < 0x80;
}

/** Encodes data as one chunk (RFC 9112, section 7.1). `data` must not be empty. */
export function encodeChunk(data: Uint8Array): Uint8Array {
  const size = ascii(`${data.length.toString(16)}\r\n`);
  const bytes = new Uint8Array(size.length + data.length + CRLF.length);
  bytes.set(size);
  bytes.set(data, size.length);
  bytes.set(CRLF, size.length + data.length);
  return bytes;
}
