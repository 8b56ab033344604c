import type { Limits } from "../config/limits.ts";
import { BodyReader } from "./body_reader.ts";
import { encodeChunk, LAST_CHUNK } from "./chunked.ts";
import type { Deadline } from "./deadline.ts";
import { badUpstream, type Fault, faultOf, malformed } from "./fault.ts";
import { findHeadEnd } from "./head_end.ts";
import type { HeadWriter } from "./head_writer.ts";
import { CLOSE, LINGER, type Outcome, PERSISTENT, refuse } from "./outcome.ts";
import type { RequestHead } from "./request_head.ts";
import { parseResponseHead, type ResponseHead } from "./response_head.ts";
import {
  isPlainResponse,
  planResponse,
  type RequestRewrite,
  type ResponseRewrite,
  writeResponseHead,
} from "./rewrite.ts";
import type { Tally } from "./tally.ts";
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
  /** The client connection's. */
  readonly deadline: Deadline;
  /** What the client was sent. */
  readonly tally: Tally;
}

/** What an attempt works with, beside the exchange's own. */
export interface AttemptOptions {
  readonly connection: UpstreamConnection;
  /** Holds the request's head, and is used again for the answer's. */
  readonly writer: HeadWriter;
  readonly response: ResponseHead;
}

const CLIENT_CLOSED = faultOf("client-closed");
const BODY_TIMEOUT = faultOf("body-timeout", { detail: "the body did not come in time" });
const UPSTREAM_TIMEOUT = faultOf("upstream-timeout", {
  detail: "the function did not answer in time",
});

/** Interim answers that a function may send before its answer; no use has more than a few. */
const MAX_INTERIM = 64;

/** One request on one connection to a function. */
export class Attempt {
  readonly #options: ExchangeOptions;
  readonly #connection: UpstreamConnection;
  readonly #writer: HeadWriter;
  readonly #response: ResponseHead;
  /** Whether the function's connection has taken the whole request. */
  #isUploaded = false;
  /** Whether the answer has begun: from then on, the deadline is that of its way to the client. */
  #isAnswered = false;
  /** Whether the function's connection can carry the next request. */
  #isReusable = false;
  /** Why the function's connection was closed under way. */
  #abort: Fault | undefined;

  constructor(options: ExchangeOptions, { connection, writer, response }: AttemptOptions) {
    this.#options = options;
    this.#connection = connection;
    this.#writer = writer;
    this.#response = response;
  }

  /** Runs it to its end; "dead" when the connection broke before the answer's first byte. */
  async run(): Promise<Outcome | "dead"> {
    const { client, body, upstream, deadline, limits } = this.#options;
    const { wire } = this.#connection;
    this.#allow(limits.firstByteTimeoutMs, UPSTREAM_TIMEOUT);
    try {
      const buffered = body.takeBuffered();
      if (buffered.length > 0) this.#writer.bytes(buffered);
      await wire.write(this.#writer.written);
    } catch {
      upstream.discard(this.#connection);
      return "dead";
    }
    client.onRead = (hasBytes) => {
      if (!hasBytes) this.#abortWith(CLIENT_CLOSED);
      // A request behind this one must not hide that the client goes away.
      else if (this.#isUploaded && client.end < client.buffer.length) void client.fill();
    };
    const upload = this.#upload();
    const outcome = await this.#answer();
    deadline.clear();
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
    const { client, body, head, limits } = this.#options;
    const { wire } = this.#connection;
    while (!body.isDone) {
      this.#allow(limits.stallTimeoutMs, BODY_TIMEOUT);
      const piece = await body.next();
      if (piece === undefined) break;
      this.#allow(limits.firstByteTimeoutMs, UPSTREAM_TIMEOUT);
      try {
        await wire.write(piece);
      } catch {
        // It takes no more; its answer, if there is one, tells why.
        return;
      }
    }
    if (body.fault !== undefined) {
      this.#abortWith(client.isEnded ? CLIENT_CLOSED : faultOfBody(body));
      return;
    }
    this.#isUploaded = true;
    this.#allow(limits.firstByteTimeoutMs, UPSTREAM_TIMEOUT);
    if (!head.isUpgrade) void client.fill();
  }

  /** Ends the attempt with a fault when nothing more happens for that long before the answer. */
  #allow(ms: number, fault: Fault): void {
    if (!this.#isAnswered) this.#options.deadline.set(ms, () => this.#abortWith(fault));
  }

  #abortWith(fault: Fault): void {
    this.#abort ??= fault;
    this.#connection.wire.close();
  }

  async #answer(): Promise<Outcome | "dead"> {
    const { limits, head } = this.#options;
    for (let interim = 0;; interim++) {
      const problem = await this.#readHead();
      if (problem !== undefined) {
        // Behind an interim answer nothing may be repeated any more.
        const isLate = problem === "dead" && interim > 0;
        return this.#withoutAnswer(isLate ? "the function's answer did not come" : problem);
      }
      const { status } = this.#response;
      if (status === 101) {
        if (head.isUpgrade && this.#isUploaded) return await this.#switchProtocols();
        return refuse(badUpstream("the function switched protocols unasked"));
      }
      if (status >= 200) return await this.#passAnswer();
      if (interim === MAX_INTERIM) {
        return refuse(badUpstream("the function sends interim answers without an end"));
      }
      if (!head.isHttp10 && !await this.#passInterim()) return CLOSE;
      if (this.#isUploaded) this.#allow(limits.firstByteTimeoutMs, UPSTREAM_TIMEOUT);
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
    if (this.#abort === CLIENT_CLOSED) {
      this.#options.tally.error = CLIENT_CLOSED.code;
      return CLOSE;
    }
    if (this.#abort !== undefined) return refuse(this.#abort);
    return problem === "dead" ? "dead" : refuse(badUpstream(problem));
  }

  async #passInterim(): Promise<boolean> {
    const rewrite = { ...this.#plan(), isPersistent: true, isRechunked: false };
    writeResponseHead(this.#writer, this.#response, rewrite);
    this.#options.tally.headBytes += this.#writer.written.length;
    return await this.#send(this.#writer.written);
  }

  async #switchProtocols(): Promise<Outcome> {
    const { client, tally, deadline } = this.#options;
    this.#isAnswered = true;
    writeResponseHead(this.#writer, this.#response, this.#plan());
    tally.status = 101;
    tally.headBytes += this.#writer.written.length;
    if (!await this.#send(this.#writer.written)) return CLOSE;
    deadline.clear();
    await tunnel(client, this.#connection.wire);
    return CLOSE;
  }

  async #passAnswer(): Promise<Outcome> {
    const { wire } = this.#connection;
    const { tally } = this.#options;
    const response = this.#response;
    this.#isAnswered = true;
    const rewrite = this.#plan();
    const body = new BodyReader(wire, response.framing, { isDechunked: rewrite.isDechunked });
    tally.status = response.status;
    if (!await this.#send(this.#firstPiece(body, rewrite))) return this.#unsent();
    while (!body.isDone) {
      const piece = await body.next();
      if (piece === undefined) break;
      if (!await this.#send(rewrite.isRechunked ? encodeChunk(piece) : piece)) {
        return this.#unsent();
      }
    }
    if (!body.isDone) return this.#unsent();
    if (rewrite.isRechunked && !await this.#send(LAST_CHUNK)) return this.#unsent();
    this.#isReusable = response.isPersistent && this.#isUploaded;
    if (!this.#options.body.isDone) return LINGER;
    return rewrite.isPersistent ? PERSISTENT : CLOSE;
  }

  /** An answer that has begun and does not come to its end: the client sees it cut. */
  #unsent(): Outcome {
    const { client, tally } = this.#options;
    const isClients = this.#abort === CLIENT_CLOSED || client.isEnded;
    tally.error = isClients ? "client-closed" : "upstream-failed";
    return CLOSE;
  }

  /** The head and what is already there of the body, to be sent at once. */
  #firstPiece(body: BodyReader, rewrite: ResponseRewrite): Uint8Array {
    const { wire } = this.#connection;
    const { tally } = this.#options;
    const response = this.#response;
    if (isPlainResponse(response, rewrite)) {
      tally.headBytes += response.end - response.start;
      body.takeBuffered();
      return wire.buffer.subarray(response.start, wire.start);
    }
    writeResponseHead(this.#writer, response, rewrite);
    tally.headBytes += this.#writer.written.length;
    const piece = body.takeBuffered();
    if (piece.length > 0) this.#writer.bytes(rewrite.isRechunked ? encodeChunk(piece) : piece);
    return this.#writer.written;
  }

  #plan(): ResponseRewrite {
    const { head, body } = this.#options;
    return planResponse(this.#response, head, body.isDone);
  }

  /** Whether the client took the bytes; one that takes none for too long is cut off. */
  async #send(bytes: Uint8Array): Promise<boolean> {
    const { client, deadline, limits } = this.#options;
    deadline.set(limits.stallTimeoutMs, () => client.close());
    try {
      await client.write(bytes);
      return true;
    } catch {
      return false;
    } finally {
      deadline.clear();
    }
  }
}

function faultOfBody(body: BodyReader): Fault {
  return body.isTooLarge ? faultOf("body-too-large") : malformed(body.fault ?? "the body");
}
