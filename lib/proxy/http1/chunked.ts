import { ascii, COLON, CR, FIELD_VALUE, HEX, LF, matchesAt, SEMICOLON, TOKEN } from "./octets.ts";

/** Position of a scanner within a chunked body. */
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

/** Receives each piece of data, as offsets into the scanned bytes. */
export type OnData = (start: number, end: number) => void;

/** Maximum bytes of all chunk extensions together, and of all trailers. */
const MAX_EXTENSIONS = 16_384;
const MAX_TRAILERS = 16_384;
/** 13 hexadecimal digits are 52 bits, which a number holds exactly. */
const MAX_SIZE_DIGITS = 13;

/** The chunk that ends a body without trailers. */
export const LAST_CHUNK: Uint8Array = ascii("0\r\n\r\n");

const CRLF = ascii("\r\n");

/** Fields not allowed in trailers: they change framing, routing or content (RFC 9110, 6.5.1). */
const FORBIDDEN_TRAILERS = [
  ...["content-length", "transfer-encoding", "host", "connection", "te", "trailer", "upgrade"],
  ...["expect", "authorization", "content-encoding", "content-type", "content-range"],
  ...["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
  ...["x-forwarded-prefix", "x-forwarded-port", "x-real-ip", "x-request-id"],
  ...["x-ddsrv-schedule", "x-ddsrv-schedule-tick"],
].map(ascii);

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

  /** Bytes of data in all chunks up to the current one, which is counted whole. */
  dataBytes = 0;
  /** Why the body is invalid. */
  fault: string | undefined;

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
      case State.Extension:
        if (byte === CR) this.#state = State.SizeLf;
        else if (FIELD_VALUE[byte] === 0) {
          return "a chunk extension contains a control character";
        }
        return ++this.#extensionBytes > MAX_EXTENSIONS
          ? "the chunk extensions are too long"
          : undefined;
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
    else if (byte === SEMICOLON) this.#state = State.Extension;
    else return "a chunk size is not a hexadecimal number";
    return undefined;
  }

  #readTrailer(byte: number): string | undefined {
    if (++this.#trailerBytes > MAX_TRAILERS) {
      return "the trailers are too long";
    }
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
          return isForbidden(this.#name) ? "a trailer is only allowed in the header" : undefined;
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

function isForbidden(name: readonly number[]): boolean {
  const bytes = Uint8Array.from(name);
  return FORBIDDEN_TRAILERS.some((one) => one.length === bytes.length && matchesAt(bytes, 0, one));
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
