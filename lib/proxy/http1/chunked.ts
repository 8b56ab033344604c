import { ascii, COLON, CR, FIELD_VALUE, HEX, LF, matchesAt, SEMICOLON, TOKEN } from "./octets.ts";

/** Where a scanner is in a chunked body. */
enum State {
  Size,
  Extension,
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

/** Called with each piece of the body's own data, as offsets into the scanned bytes. */
export type OnData = (start: number, end: number) => void;

/** Bytes of all extensions together, for which nobody has a use, and of all trailers. */
const MAX_EXTENSIONS = 16_384;
const MAX_TRAILERS = 16_384;
/** 2^52: the largest size that stays exact when one more digit is read. */
const MAX_SIZE_DIGITS = 13;

/** The chunk that ends a body, without trailers. */
export const LAST_CHUNK: Uint8Array = ascii("0\r\n\r\n");

const CRLF = ascii("\r\n");

/** Trailer fields that would change how a message is read or where it goes (RFC 9110, 6.5.1). */
const FORBIDDEN_TRAILERS = [
  ...["content-length", "transfer-encoding", "host", "connection", "te", "trailer", "upgrade"],
  ...["expect", "authorization", "content-encoding", "content-type", "content-range"],
  ...["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
  ...["x-forwarded-prefix", "x-forwarded-port", "x-real-ip", "x-request-id"],
].map(ascii);

/**
 * Follows a chunked body (RFC 9112, section 7.1) without changing it: what was scanned can be
 * passed on as it is. Refused are bare line ends, sizes that are not hexadecimal, and trailers
 * that have no business there.
 */
export class ChunkedScanner {
  #state = State.Size;
  /** Bytes of the current chunk that are still to come. */
  #left = 0;
  #digits = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;
  #name: number[] = [];

  /** Bytes of data in the chunks that have begun. */
  dataBytes = 0;
  /** What is wrong with the body; nothing more is scanned then. */
  fault: string | undefined;

  /** Whether the body's last byte has been seen. */
  get isDone(): boolean {
    return this.#state === State.Done;
  }

  /**
   * Scans the bytes from `start` to `end` and gives the position where it stopped: `end`, or just
   * behind the body, or at the first byte that is wrong.
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
      case State.Extension:
        if (byte === CR) this.#state = State.SizeLf;
        else if (FIELD_VALUE[byte] === 0) {
          return "a control character in a chunk's extension";
        }
        return ++this.#extensionBytes > MAX_EXTENSIONS
          ? "extensions of chunks that are too long"
          : undefined;
      case State.SizeLf:
        if (byte !== LF) return "a chunk's size line without its LF";
        this.dataBytes += this.#left;
        this.#state = this.#left === 0 ? State.TrailerStart : State.Data;
        this.#digits = 0;
        return undefined;
      case State.DataCr:
        if (byte !== CR) return "a chunk longer than its size";
        this.#state = State.DataLf;
        return undefined;
      case State.DataLf:
        if (byte !== LF) return "a chunk without its LF";
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
        return "a chunk's size with too many digits";
      }
      this.#left = this.#left * 16 + digit;
      return undefined;
    }
    if (this.#digits === 0) return "a chunk's size that is not hexadecimal";
    if (byte === CR) this.#state = State.SizeLf;
    else if (byte === SEMICOLON) this.#state = State.Extension;
    else return "a chunk's size that is not hexadecimal";
    return undefined;
  }

  #readTrailer(byte: number): string | undefined {
    if (++this.#trailerBytes > MAX_TRAILERS) {
      return "trailers that are too long";
    }
    switch (this.#state) {
      case State.TrailerStart:
        if (byte === CR) this.#state = State.EndLf;
        else if (TOKEN[byte] === 0) {
          return "a trailer that does not begin with a name";
        } else {
          this.#state = State.TrailerName;
          this.#name = [byte];
        }
        return undefined;
      case State.TrailerName:
        if (byte === COLON) {
          this.#state = State.TrailerValue;
          return isForbidden(this.#name) ? "a trailer that belongs into the head" : undefined;
        }
        this.#name.push(byte);
        return TOKEN[byte] === 0 ? "a trailer's name that is not followed by a colon" : undefined;
      case State.TrailerValue:
        if (byte === CR) this.#state = State.TrailerLf;
        else if (FIELD_VALUE[byte] === 0) {
          return "a control character in a trailer";
        }
        return undefined;
      case State.TrailerLf:
        this.#state = State.TrailerStart;
        return byte === LF ? undefined : "a trailer without its LF";
      default:
        if (byte !== LF) return "no LF at the end of the body";
        this.#state = State.Done;
        return undefined;
    }
  }
}

function isForbidden(name: readonly number[]): boolean {
  const bytes = Uint8Array.from(name);
  return FORBIDDEN_TRAILERS.some((one) => one.length === bytes.length && matchesAt(bytes, 0, one));
}

/** A piece of a body as a chunk (RFC 9112, section 7.1). */
export function encodeChunk(data: Uint8Array): Uint8Array {
  const size = ascii(`${data.length.toString(16)}\r\n`);
  const bytes = new Uint8Array(size.length + data.length + CRLF.length);
  bytes.set(size);
  bytes.set(data, size.length);
  bytes.set(CRLF, size.length + data.length);
  return bytes;
}
