import { ChunkedScanner } from "../http1/chunked.ts";
import { findHeadEnd } from "../http1/head_end.ts";
import {
  createResponseHead,
  parseResponseHead,
  type ResponseHead,
} from "../http1/response_head.ts";
import type { DataQueue, SendWindow } from "./data_queue.ts";
import { Flag, FrameType, MAX_FRAME_BYTES } from "./frames.ts";
import { BlockWriter, NO_TABLE, writeResponse, writeTrailers } from "./header_encoder.ts";
import type { Output } from "./output.ts";

/** Objects that the responses of one connection share. */
export interface ResponseChannel {
  readonly output: Output;
  readonly data: DataQueue;
  /** True after the first header block. */
  hasSentBlock: boolean;
}

/** The request that is answered. */
export interface ResponseOptions {
  readonly isHead: boolean;
  /** The client wants a tunnel (RFC 8441). */
  readonly isTunnel: boolean;
  readonly maxFields: number;
}

/** The proxy's own fields come on top of the limit. */
const OWN_FIELDS = 16;

/** Both serve one head at a time, without a wait between. */
const block = new BlockWriter();
let shared: ResponseHead = createResponseHead(0);

const NOTHING = new Uint8Array(0);

/** Translates a response of HTTP/1.1, written piece by piece, to frames of one stream. */
export class ResponseFrames {
  /** Status of the final response, as it was sent; 0 before that. */
  status = 0;
  /** True when everything is sent. */
  isEnded = false;
  /** True when the stream has become a tunnel. */
  isTunnel = false;
  /** True when the stream has ended; nothing more is sent. */
  isDropped = false;

  readonly #channel: ResponseChannel;
  readonly #stream: SendWindow;
  readonly #options: ResponseOptions;
  #part: "head" | "length" | "chunked" | "open" = "head";
  #left = 0;
  #scanner: ChunkedScanner | undefined;

  constructor(channel: ResponseChannel, stream: SendWindow, options: ResponseOptions) {
    this.#channel = channel;
    this.#stream = stream;
    this.#options = options;
  }

  /**
   * Sends a piece. The proxy writes each head at once. Rejects if the stream has ended.
   *
   * @throws {TypeError} if the bytes are no response, which is a bug of the proxy
   */
  async write(bytes: Uint8Array): Promise<void> {
    const { output } = this.#channel;
    let at = 0;
    while (this.#part === "head" && at < bytes.length && !this.isEnded) {
      // Windows are for bodies only, so heads and trailers wait for the client's connection. Other
      // streams wait for the same room, and one of them may have taken it.
      while (!output.hasBodyRoom) await output.bodyRoom();
      this.#throwIfDropped();
      at = this.#head(bytes, at);
    }
    if (at === bytes.length) return;
    if (this.isEnded) throw new TypeError("The response is longer than its head says");
    const rest = bytes.subarray(at);
    switch (this.#part) {
      case "length":
        this.#left -= rest.length;
        if (this.#left < 0) throw new TypeError("The response is longer than its head says");
        return await this.#send(rest, this.#left === 0);
      case "chunked":
        return await this.#chunks(rest);
      default:
        return await this.#send(rest, false);
    }
  }

  /** Ends a tunnel on this side. */
  end(): void {
    if (this.isEnded || this.isDropped) return;
    this.isEnded = true;
    void this.#channel.data.send(this.#stream, { bytes: NOTHING, isLast: true });
  }

  #throwIfDropped(): void {
    if (this.isDropped) throw new Deno.errors.ConnectionReset("The stream has ended");
  }

  #head(bytes: Uint8Array, start: number): number {
    const { isHead, isTunnel, maxFields } = this.#options;
    const end = findHeadEnd(bytes, start, bytes.length);
    if (end === -1) throw new TypeError("The response's head is not written at once");
    const capacity = maxFields + OWN_FIELDS;
    if (shared.fields.kinds.length !== capacity) shared = createResponseHead(capacity);
    const problem = parseResponseHead(bytes, { start, end, isForHead: isHead }, shared);
    if (problem !== undefined) throw new TypeError(problem);
    const { status, framing } = shared;
    if (status === 101) {
      this.#part = "open";
      this.isTunnel = true;
      this.#block(200, false);
      return end;
    }
    // A 2xx would mean that the tunnel is open (RFC 8441, section 4).
    const isMisleading = isTunnel && status >= 200 && status < 300;
    this.isEnded = status >= 200 && framing.type === "none";
    this.#block(isMisleading ? 502 : status, this.isEnded);
    if (status < 200) return end;
    if (framing.type === "length") {
      this.#part = "length";
      this.#left = framing.length;
    } else if (framing.type === "chunked") {
      this.#part = "chunked";
      this.#scanner = new ChunkedScanner([], { keepsTrailers: true });
    }
    return end;
  }

  async #chunks(bytes: Uint8Array): Promise<void> {
    const { output } = this.#channel;
    const scanner = this.#scanner!;
    const pieces: Uint8Array[] = [];
    scanner.scan(bytes, { start: 0, end: bytes.length }, (start, end) => {
      if (end > start) pieces.push(bytes.subarray(start, end));
    });
    if (scanner.fault !== undefined) throw new TypeError(scanner.fault);
    const trailers = scanner.isDone ? scanner.trailers.trim() : "";
    const isLast = scanner.isDone && trailers === "";
    if (pieces.length > 0 || isLast) await this.#send(joined(pieces), isLast);
    if (trailers === "") return;
    while (!output.hasBodyRoom) await output.bodyRoom();
    this.#throwIfDropped();
    this.isEnded = true;
    block.clear();
    this.#startBlock();
    writeTrailers(block, trailers);
    this.#sendBlock(true);
  }

  async #send(bytes: Uint8Array, isLast: boolean): Promise<void> {
    await this.#channel.data.send(this.#stream, { bytes, isLast });
    if (isLast) this.isEnded = true;
  }

  #block(status: number, isLast: boolean): void {
    if (status >= 200) this.status = status;
    block.clear();
    this.#startBlock();
    writeResponse(block, shared, status);
    this.#sendBlock(isLast);
  }

  #startBlock(): void {
    if (!this.#channel.hasSentBlock) block.bytes(NO_TABLE);
    this.#channel.hasSentBlock = true;
  }

  /** Sends the block; no other frame may come between its parts (RFC 9113, section 4.3). */
  #sendBlock(isLast: boolean): void {
    const { written } = block;
    let type = FrameType.Headers;
    for (let start = 0; start === 0 || start < written.length; start += MAX_FRAME_BYTES) {
      const length = Math.min(MAX_FRAME_BYTES, written.length - start);
      const isComplete = start + length === written.length;
      const flags = (isComplete ? Flag.EndHeaders : 0) |
        (isLast && type === FrameType.Headers ? Flag.EndStream : 0);
      this.#channel.output.frame({ length, type, flags, stream: this.#stream.id }, written, start);
      type = FrameType.Continuation;
    }
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length <= 1) return pieces[0] ?? NOTHING;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
