import { closeBehind, sendToClient } from "./send_reply.ts";
import { AttemptState, CLIENT_CLOSED } from "./attempt_state.ts";
import { BodyReader } from "./http1/body_reader.ts";
import { encodeChunk, LAST_CHUNK } from "./http1/chunked.ts";
import type { Client } from "./context.ts";
import { badUpstream, faultOf } from "./http1/fault.ts";
import { findHeadEnd } from "./http1/head_end.ts";
import type { HeadWriter } from "./http1/head_writer.ts";
import { CLOSE, LINGER, type Outcome, PERSISTENT, refuse } from "./outcome.ts";
import type { RequestHead } from "./http1/request_head.ts";
import { parseResponseHead, type ResponseHead } from "./http1/response_head.ts";
import {
  isPlainResponse,
  planResponse,
  type RequestRewrite,
  type ResponseRewrite,
  writeResponseHead,
} from "./rewrite.ts";
import { tunnel } from "./tunnel.ts";
import { upload } from "./upload.ts";
import type { Upstream, UpstreamConnection } from "./upstream.ts";

/** One request on its way to a function. */
export interface ExchangeOptions {
  readonly client: Client;
  readonly head: RequestHead;
  /** The request's body; how far it was read is known here alone. */
  readonly body: BodyReader;
  readonly rewrite: RequestRewrite;
  readonly upstream: Upstream;
}

/** What an attempt works with, beside the exchange's own. */
export interface AttemptOptions {
  readonly connection: UpstreamConnection;
  /** Holds the request's head, and is used again for the answer's. */
  readonly writer: HeadWriter;
  readonly response: ResponseHead;
}

/** Interim answers that a function may send before its answer; no use has more than a few. */
const MAX_INTERIM = 64;

/** One request on one connection to a function. */
export class Attempt {
  readonly #options: ExchangeOptions;
  readonly #connection: UpstreamConnection;
  readonly #writer: HeadWriter;
  readonly #response: ResponseHead;
  readonly #state: AttemptState;
  /** Whether the function's connection can carry the next request. */
  #isReusable = false;

  constructor(options: ExchangeOptions, { connection, writer, response }: AttemptOptions) {
    this.#options = options;
    this.#connection = connection;
    this.#writer = writer;
    this.#response = response;
    this.#state = new AttemptState(options.client, connection.wire, options.upstream.pulse);
  }

  /** Runs it to its end; "dead" when the connection broke before the answer's first byte. */
  async run(): Promise<Outcome | "dead"> {
    const { client, body, upstream } = this.#options;
    const { wire } = this.#connection;
    const state = this.#state;
    wire.chargeTo(client.account);
    state.awaitAnswer();
    try {
      const buffered = body.takeBuffered();
      if (buffered.length > 0) this.#writer.bytes(buffered);
      await wire.write(this.#writer.written);
    } catch {
      state.finish();
      upstream.discard(this.#connection);
      return this.#withoutAnswer("dead");
    }
    const uploading = upload({ client, body, upstream: wire, state })
      .catch((error) => this.#fail(error));
    const outcome = await this.#answer().finally(() => state.finish());
    if (this.#isReusable && state.abort === undefined) upstream.release(this.#connection);
    else upstream.discard(this.#connection);
    // An upload that is still under way now ends with its next write, or with the client's
    // connection, which its owner closes.
    if (body.isDone || body.fault !== undefined) await uploading;
    return outcome;
  }

  /** A fault of our own on the way up: the way down must not wait for it. */
  #fail(error: unknown): void {
    this.#options.client.context.onError(error);
    this.#state.abortWith(faultOf("proxy-failed"));
  }

  async #answer(): Promise<Outcome | "dead"> {
    const { head } = this.#options;
    for (let interim = 0;; interim++) {
      const problem = await this.#readHead();
      if (problem !== undefined) {
        // Behind an interim answer nothing may be repeated any more.
        const isLate = problem === "dead" && interim > 0;
        return this.#withoutAnswer(isLate ? "the function's answer did not come" : problem);
      }
      const { status } = this.#response;
      if (status === 101) {
        if (head.isUpgrade && this.#state.isUploaded) return await this.#switchProtocols();
        return refuse(badUpstream("the function switched protocols unasked"));
      }
      if (status >= 200) return await this.#passAnswer();
      if (interim === MAX_INTERIM) {
        return refuse(badUpstream("the function sends interim answers without an end"));
      }
      if (!head.isHttp10 && !await this.#passInterim()) return CLOSE;
    }
  }

  /** Reads one head into `#response`; gives what is wrong, or "dead" when not a byte came. */
  async #readHead(): Promise<string | undefined> {
    const { wire } = this.#connection;
    const { client, head } = this.#options;
    const { maxHeadBytes } = client.context.limits;
    let scanned = wire.start;
    for (;;) {
      const end = findHeadEnd(wire.buffer, scanned, wire.end);
      const length = (end === -1 ? wire.end : end) - wire.start;
      if (length > maxHeadBytes) return "the head of the function's answer is too large";
      if (end !== -1) {
        const range = { start: wire.start, end, isForHead: head.isHead };
        wire.start = end;
        return parseResponseHead(wire.buffer, range, this.#response);
      }
      if (!wire.hasRoom) return "its head finds no room: the client has too much in buffers";
      if (!await wire.fill()) {
        return length === 0 ? "dead" : "the function's answer ended within its head";
      }
      // The buffer may have moved; an end may begin up to three bytes before what is new.
      scanned = wire.start + Math.max(0, length - 3);
    }
  }

  #withoutAnswer(problem: string): Outcome | "dead" {
    const { abort } = this.#state;
    if (abort === CLIENT_CLOSED) return CLOSE;
    if (abort !== undefined) return refuse(abort);
    return problem === "dead" ? "dead" : refuse(badUpstream(problem));
  }

  async #passInterim(): Promise<boolean> {
    const { client } = this.#options;
    const rewrite = { ...this.#plan(), isPersistent: true, isRechunked: false };
    writeResponseHead(this.#writer, this.#response, rewrite);
    client.tally.headBytes += this.#writer.written.length;
    return await sendToClient(client, this.#writer.written);
  }

  async #switchProtocols(): Promise<Outcome> {
    const { client } = this.#options;
    const { tally } = client;
    this.#state.answered();
    writeResponseHead(this.#writer, this.#response, this.#plan());
    tally.status = 101;
    tally.headBytes += this.#writer.written.length;
    if (!await sendToClient(client, this.#writer.written)) return CLOSE;
    client.deadlines.read.clear();
    await tunnel(client.wire, this.#connection.wire);
    return CLOSE;
  }

  async #passAnswer(): Promise<Outcome> {
    const { wire } = this.#connection;
    const { client } = this.#options;
    const response = this.#response;
    this.#state.answered();
    const rewrite = this.#plan();
    const body = new BodyReader(wire, response.framing, { isDechunked: rewrite.isDechunked });
    client.tally.status = response.status;
    if (!await sendToClient(client, this.#firstPiece(body, rewrite))) return this.#unsent();
    while (!body.isDone) {
      const piece = await body.next();
      if (piece === undefined) break;
      if (!await sendToClient(client, rewrite.isRechunked ? encodeChunk(piece) : piece)) {
        return this.#unsent();
      }
    }
    if (!body.isDone) return this.#unsent();
    if (rewrite.isRechunked && !await sendToClient(client, LAST_CHUNK)) return this.#unsent();
    this.#isReusable = response.isPersistent && this.#state.isUploaded;
    if (!this.#options.body.isDone) return LINGER;
    return rewrite.isPersistent ? PERSISTENT : closeBehind(client);
  }

  /** An answer that has begun and does not come to its end: the client sees it cut. */
  #unsent(): Outcome {
    const { wire, tally } = this.#options.client;
    const { abort } = this.#state;
    tally.error = abort?.code ?? (wire.isEnded ? CLIENT_CLOSED.code : "upstream-failed");
    return CLOSE;
  }

  /** The head and what is already there of the body, to be sent at once. */
  #firstPiece(body: BodyReader, rewrite: ResponseRewrite): Uint8Array {
    const { wire } = this.#connection;
    const { tally } = this.#options.client;
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
}
