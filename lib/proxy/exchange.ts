import { BodyReader } from "./body_reader.ts";
import { badUpstream, type Fault, malformed } from "./fault.ts";
import { findHeadEnd } from "./head_end.ts";
import { HeadWriter } from "./head_writer.ts";
import type { Limits } from "./limits.ts";
import { ascii } from "./octets.ts";
import type { RequestHead } from "./request_head.ts";
import { createResponseHead, parseResponseHead, type ResponseHead } from "./response_head.ts";
import {
  isPlainResponse,
  type RequestRewrite,
  type ResponseRewrite,
  writeRequestHead,
  writeResponseHead,
} from "./rewrite.ts";
import { tunnel } from "./tunnel.ts";
import type { Upstream, UpstreamConnection } from "./upstream.ts";
import type { Wire } from "./wire.ts";

/** One request on its way to a function. */
export interface ExchangeOptions {
  readonly client: Wire;
  readonly head: RequestHead;
  /** The request's body; how far it was read is known here alone. */
  readonly body: BodyReader;
  readonly rewrite: RequestRewrite;
  readonly upstream: Upstream;
  readonly limits: Limits;
  /** Runs out when the function is silent for too long; `undefined` calls it off. */
  readonly setDeadline: (ms: number | undefined, onExpire?: () => void) => void;
}

/** How an exchange ended, for the connection that the request came by. */
export type Outcome =
  /** Answered to the end; the next request may come. */
  | { readonly type: "persistent" }
  /** Nothing more can be sent or read on this connection; `isLingering`: the client may still be
   * sending, and must be let finish to see its answer. */
  | { readonly type: "close"; readonly isLingering: boolean }
  /** Nothing has been sent yet; the connection's owner answers with the fault. */
  | { readonly type: "fault"; readonly fault: Fault };

/** Why a connection to a function was closed under an exchange. */
type Abort = "client" | "timeout" | "malformed";

const CLOSE: Outcome = { type: "close", isLingering: false };
const LINGER: Outcome = { type: "close", isLingering: true };
const PERSISTENT: Outcome = { type: "persistent" };
const LAST_CHUNK = ascii("0\r\n\r\n");
const CRLF = ascii("\r\n");

/** Methods whose request may be sent again when nobody knows what became of it (RFC 9110, 9.2.2). */
const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].map(ascii);

const spareWriters: HeadWriter[] = [];
const spareHeads: ResponseHead[] = [];

/**
 * Sends a request to a function and its answer back. A connection that had been kept may turn out
 * dead before the answer's first byte; then, and only where no body was sent and the method allows
 * it, the request is sent once more on a new one.
 */
export async function exchange(options: ExchangeOptions): Promise<Outcome> {
  const { client, head, body, upstream, limits } = options;
  const writer = spareWriters.pop() ?? new HeadWriter();
  const response = takeResponseHead(limits.maxFields);
  const isRepeatable = head.framing.type === "none" && isIdempotent(client.buffer, head);
  writeRequestHead(writer, { bytes: client.buffer, head }, options.rewrite);
  try {
    for (let isRetry = false;; isRetry = true) {
      let connection: UpstreamConnection;
      try {
        connection = await (isRetry ? upstream.connect() : upstream.acquire());
      } catch (error) {
        // What is there of the body is passed over, so that the next request can be found.
        body.takeBuffered();
        return refuse(badUpstream(`the function does not accept connections (${nameOf(error)})`));
      }
      const outcome = await new Exchange(options, connection, writer, response).run();
      if (outcome !== "dead") return outcome;
      if (!isRepeatable || !connection.isReused) {
        return refuse(badUpstream("the function closed the connection without an answer"));
      }
    }
  } finally {
    spareWriters.push(writer);
    spareHeads.push(response);
  }
}

class Exchange {
  readonly #options: ExchangeOptions;
  readonly #connection: UpstreamConnection;
  readonly #writer: HeadWriter;
  readonly #response: ResponseHead;
  /** Whether the function's connection has taken the whole request. */
  #isUploaded = false;
  /** Whether the function's connection can carry the next request. */
  #isReusable = false;
  #abort: Abort | undefined;

  constructor(
    options: ExchangeOptions,
    connection: UpstreamConnection,
    writer: HeadWriter,
    response: ResponseHead,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#writer = writer;
    this.#response = response;
  }

  async run(): Promise<Outcome | "dead"> {
    const { client, body, upstream } = this.#options;
    const { wire } = this.#connection;
    try {
      const buffered = body.takeBuffered();
      if (buffered.length > 0) this.#writer.bytes(buffered);
      await wire.write(this.#writer.written);
    } catch {
      upstream.discard(this.#connection);
      return "dead";
    }
    client.onRead = (hasBytes) => {
      if (!hasBytes) this.#abortWith("client");
      // A request behind this one must not hide that the client goes away.
      else if (this.#isUploaded && client.end < client.buffer.length) void client.fill();
    };
    const upload = this.#upload();
    const outcome = await this.#answer();
    client.onRead = undefined;
    if (this.#isReusable && this.#abort === undefined) upstream.release(this.#connection);
    else upstream.discard(this.#connection);
    // An upload that is still under way now ends with its next write, or with the client's
    // connection, which its owner closes.
    if (body.isDone || body.fault !== undefined) await upload;
    return outcome;
  }

  /** Sends the rest of the request's body; then watches for the client to go away. */
  async #upload(): Promise<void> {
    const { client, body, head } = this.#options;
    const { wire } = this.#connection;
    while (!body.isDone) {
      const piece = await body.next();
      if (piece === undefined) break;
      try {
        await wire.write(piece);
      } catch {
        // It takes no more; its answer, if there is one, tells why.
        return;
      }
    }
    if (body.fault !== undefined) {
      this.#abortWith(client.isEnded ? "client" : "malformed");
      return;
    }
    this.#isUploaded = true;
    if (!head.isUpgrade) void client.fill();
  }

  #abortWith(abort: Abort): void {
    this.#abort ??= abort;
    this.#connection.wire.close();
  }

  async #answer(): Promise<Outcome | "dead"> {
    const { limits, setDeadline, head } = this.#options;
    for (let isFirst = true;; isFirst = false) {
      setDeadline(limits.firstByteTimeoutMs, () => this.#abortWith("timeout"));
      const problem = await this.#readHead();
      setDeadline(undefined);
      if (problem !== undefined) {
        // Behind an interim answer nothing may be repeated any more.
        const isDead = problem === "dead" && !isFirst;
        return this.#withoutAnswer(isDead ? "the function's answer did not come" : problem);
      }
      const { status } = this.#response;
      if (status === 101) {
        if (head.isUpgrade && this.#isUploaded) return await this.#switchProtocols();
        return refuse(badUpstream("the function switched protocols unasked"));
      }
      if (status >= 200) return await this.#passAnswer();
      if (!head.isHttp10 && !await this.#passInterim()) return CLOSE;
    }
  }

  /** Reads one head into `#response`; gives what is wrong, or "dead" when not a byte came. */
  async #readHead(): Promise<string | undefined> {
    const { wire } = this.#connection;
    const { limits, head } = this.#options;
    let scanned = wire.start;
    for (;;) {
      const end = findHeadEnd(wire.buffer, scanned, wire.end);
      const length = (end === -1 ? wire.end : end) - wire.start;
      if (length > limits.maxHeadBytes) return "the head of the function's answer is too large";
      if (end !== -1) {
        const range = { start: wire.start, end, isForHead: head.isHead };
        wire.start = end;
        return parseResponseHead(wire.buffer, range, this.#response);
      }
      if (!await wire.fill()) {
        return length === 0 ? "dead" : "the function's answer ended within its head";
      }
      // The buffer may have moved; an end may begin up to three bytes before what is new.
      scanned = wire.start + Math.max(0, length - 3);
    }
  }

  #withoutAnswer(problem: string): Outcome | "dead" {
    switch (this.#abort) {
      case "client":
        return CLOSE;
      case "malformed":
        return refuse(malformed(this.#options.body.fault ?? "the body"));
      case "timeout":
        return refuse({
          status: 504,
          code: "upstream-timeout",
          message: "Error forwarding request: the function did not answer in time",
        });
      case undefined:
        if (problem === "dead") return "dead";
        return refuse(badUpstream(problem));
      default:
        return this.#abort satisfies never;
    }
  }

  async #passInterim(): Promise<boolean> {
    const { client } = this.#options;
    const { wire } = this.#connection;
    const rewrite = { ...this.#rewrite(), isPersistent: true, isRechunked: false };
    writeResponseHead(this.#writer, { bytes: wire.buffer, head: this.#response }, rewrite);
    return await wrote(client, this.#writer.written);
  }

  async #switchProtocols(): Promise<Outcome> {
    const { client } = this.#options;
    const { wire } = this.#connection;
    writeResponseHead(this.#writer, { bytes: wire.buffer, head: this.#response }, this.#rewrite());
    if (await wrote(client, this.#writer.written)) await tunnel(client, wire);
    return CLOSE;
  }

  async #passAnswer(): Promise<Outcome> {
    const { client } = this.#options;
    const { wire } = this.#connection;
    const response = this.#response;
    const rewrite = this.#rewrite();
    const body = new BodyReader(wire, response.framing, { isDechunked: rewrite.isDechunked });
    const first = this.#firstPiece(body, rewrite);
    if (!await wrote(client, first)) return CLOSE;
    while (!body.isDone) {
      const piece = await body.next();
      if (piece === undefined) break;
      if (!await wrote(client, rewrite.isRechunked ? chunk(piece) : piece)) return CLOSE;
    }
    if (!body.isDone) return CLOSE;
    if (rewrite.isRechunked && !await wrote(client, LAST_CHUNK)) return CLOSE;
    this.#isReusable = response.isPersistent && this.#isUploaded;
    if (!this.#options.body.isDone) return LINGER;
    return rewrite.isPersistent ? PERSISTENT : CLOSE;
  }

  /** The head and what is already there of the body, to be sent at once. */
  #firstPiece(body: BodyReader, rewrite: ResponseRewrite): Uint8Array {
    const { wire } = this.#connection;
    const response = this.#response;
    const source = { bytes: wire.buffer, head: response };
    if (isPlainResponse(response, rewrite)) {
      body.takeBuffered();
      return wire.buffer.subarray(response.start, wire.start);
    }
    writeResponseHead(this.#writer, source, rewrite);
    const piece = body.takeBuffered();
    if (piece.length > 0) this.#writer.bytes(rewrite.isRechunked ? chunk(piece) : piece);
    return this.#writer.written;
  }

  #rewrite(): ResponseRewrite {
    const { head, body } = this.#options;
    const { framing } = this.#response;
    const isDechunked = head.isHttp10 && framing.type === "chunked";
    const hasOpenEnd = framing.type === "close" || isDechunked;
    return {
      isForHttp10: head.isHttp10,
      isPersistent: head.isPersistent && body.isDone &&
        !(head.isHttp10 && hasOpenEnd),
      isRechunked: !head.isHttp10 && framing.type === "close",
      isDechunked,
    };
  }
}

function refuse(fault: Fault): Outcome {
  return { type: "fault", fault };
}

/** A head to parse into; its table bounds the fields, so that it must be of the size asked for. */
function takeResponseHead(maxFields: number): ResponseHead {
  const spare = spareHeads.pop();
  return spare?.fields.kinds.length === maxFields ? spare : createResponseHead(maxFields);
}

/** Whether the client took the bytes. */
async function wrote(client: Wire, bytes: Uint8Array): Promise<boolean> {
  try {
    await client.write(bytes);
    return true;
  } catch {
    return false;
  }
}

function chunk(data: Uint8Array): Uint8Array {
  const size = ascii(`${data.length.toString(16)}\r\n`);
  const bytes = new Uint8Array(size.length + data.length + CRLF.length);
  bytes.set(size);
  bytes.set(data, size.length);
  bytes.set(CRLF, size.length + data.length);
  return bytes;
}

function isIdempotent(bytes: Uint8Array, { methodStart, methodEnd }: RequestHead): boolean {
  const length = methodEnd - methodStart;
  return IDEMPOTENT.some((method) =>
    method.length === length && method.every((byte, index) => bytes[methodStart + index] === byte)
  );
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
