import { closeAfterReply, sendToClient } from "./send_reply.ts";
import { AttemptState, CLIENT_CLOSED } from "./attempt_state.ts";
import { BodyReader } from "./http1/body_reader.ts";
import { encodeChunk, LAST_CHUNK } from "./http1/chunked.ts";
import type { Client } from "./context.ts";
import { copyHopNames } from "./http1/connection_field.ts";
import { badUpstream, type FaultCode, faultOf } from "./http1/fault.ts";
import { findHeadEnd } from "./http1/head_end.ts";
import { otherProtocol } from "./http1/other_protocol.ts";
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
  writeWithVia,
} from "./rewrite.ts";
import { tunnel } from "./tunnel.ts";
import { readUpgradeProtocols } from "./http1/upgrade_protocols.ts";
import { upload } from "./upload.ts";
import type { Upstream, UpstreamConnection } from "./upstream.ts";

/** A request and the function instance to forward it to. */
export interface ExchangeOptions {
  readonly client: Client;
  readonly head: RequestHead;
  /** The request's body, which keeps track of how much was read. */
  readonly body: BodyReader;
  readonly rewrite: RequestRewrite;
  readonly upstream: Upstream;
}

/** Connection and reused objects of one attempt. */
export interface AttemptOptions {
  readonly connection: UpstreamConnection;
  /** Contains the request head; reused for the response head. */
  readonly writer: HeadWriter;
  readonly response: ResponseHead;
}

/** Maximum number of interim responses (1xx) before the final one. */
const MAX_INTERIM = 64;

/** One attempt to send a request to a function, over one connection. */
export class Attempt {
  readonly #options: ExchangeOptions;
  readonly #connection: UpstreamConnection;
  readonly #writer: HeadWriter;
  readonly #response: ResponseHead;
  readonly #state: AttemptState;
  /** True when the function's connection can carry another request. */
  #isReusable = false;

  constructor(options: ExchangeOptions, { connection, writer, response }: AttemptOptions) {
    this.#options = options;
    this.#connection = connection;
    this.#writer = writer;
    this.#response = response;
    this.#state = new AttemptState(options.client, connection.wire, options.upstream.pulse);
  }

  /** Runs the attempt. Resolves to "dead" if the connection broke before the response's first byte. */
  async run(): Promise<Outcome | "dead"> {
    const { client, head, body, upstream } = this.#options;
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
    const { isHttp10 } = head;
    const uploading = upload({ client, isHttp10, body, upstream: wire, state })
      .catch((error) => this.#fail(error));
    const outcome = await this.#answer().finally(() => state.finish());
    if (this.#isReusable && state.abort === undefined) upstream.release(this.#connection);
    else upstream.discard(this.#connection);
    // An unfinished upload ends with its next write, or when the caller closes the client's
    // connection.
    if (body.isDone || body.fault !== undefined) await uploading;
    return outcome;
  }

  /** Handles a bug in the upload, so that the response does not wait for it. */
  #fail(error: unknown): void {
    this.#options.client.context.onError(error);
    this.#state.abortWith(faultOf("proxy-failed"));
  }

  async #answer(): Promise<Outcome | "dead"> {
    const { head } = this.#options;
    for (let interim = 0;; interim++) {
      const problem = await this.#readHead();
      if (problem !== undefined) {
        // After an interim response, the request must not be sent again.
        const isLate = problem === "dead" && interim > 0;
        return this.#withoutAnswer(
          isLate ? "the function closed the connection before its final response" : problem,
        );
      }
      const { status } = this.#response;
      if (status === 101) {
        if (!head.isUpgrade || !this.#state.isUploaded) {
          return refuse(badUpstream("the function switched protocols without being asked"));
        }
        if (!this.#isOffered()) {
          return refuse(
            badUpstream("the function switched to another protocol than the client offered"),
          );
        }
        return await this.#switchProtocols();
      }
      if (status >= 200) return await this.#passAnswer();
      if (interim === MAX_INTERIM) {
        return refuse(badUpstream("the function sent too many interim responses"));
      }
      if (!head.isHttp10 && !await this.#passInterim()) return CLOSE;
    }
  }

  /** Reads one head into `#response`. Returns a problem, or "dead" if not one byte came. */
  async #readHead(): Promise<string | undefined> {
    const { wire } = this.#connection;
    const { client, head } = this.#options;
    const { maxHeadBytes } = client.context.limits;
    let scanned = wire.start;
    for (;;) {
      const end = findHeadEnd(wire.buffer, scanned, wire.end);
      const length = (end === -1 ? wire.end : end) - wire.start;
      if (length > maxHeadBytes) return "the head of the function's response is too large";
      if (end !== -1) {
        const range = { start: wire.start, end, isForHead: head.isHead };
        wire.start = end;
        return parseResponseHead(wire.buffer, range, this.#response);
      }
      const mismatch = otherProtocol(wire.buffer, wire);
      if (mismatch !== undefined) return this.#options.upstream.report.mismatch = mismatch;
      if (!wire.hasRoom) return "the client has reached its limit of buffer memory";
      if (!await wire.fill()) {
        return length === 0 ? "dead" : "the function's response ended within its head";
      }
      // The buffer may have moved; the end may start up to three bytes before the new bytes.
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
    const rewrite = { ...this.#plan(), isPersistent: true, isRechunked: false, via: false };
    writeResponseHead(this.#writer, this.#response, rewrite);
    client.tally.headBytes += this.#writer.written.length;
    return await sendToClient(client, this.#writer.written);
  }

  /** RFC 9110, section 7.8: a 101 names its protocols, and the client has offered them. */
  #isOffered(): boolean {
    const { upgradeProtocols } = this.#options.head;
    const chosen = readUpgradeProtocols(this.#response.bytes, this.#response.fields);
    return chosen.length > 0 && chosen.every((one) => upgradeProtocols.includes(one));
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
    const { client, head } = this.#options;
    const response = this.#response;
    this.#state.answered();
    const rewrite = this.#plan();
    const body = new BodyReader(wire, response.framing, {
      isDechunked: rewrite.isDechunked,
      hopNames: copyHopNames(response),
    });
    client.tally.status = response.status;
    if (!await sendToClient(client, this.#firstPiece(body, rewrite))) {
      return this.#incomplete(CLIENT_CLOSED.code);
    }
    while (!body.isDone) {
      const piece = await body.next();
      if (piece === undefined) break;
      if (!await sendToClient(client, rewrite.isRechunked ? encodeChunk(piece) : piece)) {
        return this.#incomplete(CLIENT_CLOSED.code);
      }
    }
    if (!body.isDone) {
      return this.#incomplete(client.wire.isBroken ? CLIENT_CLOSED.code : "upstream-failed");
    }
    if (rewrite.isRechunked && !await sendToClient(client, LAST_CHUNK)) {
      return this.#incomplete(CLIENT_CLOSED.code);
    }
    // A function that was asked to upgrade may have left HTTP, whatever it answers: node:http passes
    // the socket to the handler of "upgrade", and reads no further request from it.
    this.#isReusable = response.isPersistent && this.#state.isUploaded && !head.isUpgrade;
    if (!this.#options.body.isDone) return LINGER;
    return rewrite.isPersistent ? PERSISTENT : closeAfterReply(client);
  }

  /** Closes the connection of a client whose response is incomplete, so that it sees the error. */
  #incomplete(code: FaultCode): Outcome {
    this.#options.client.tally.error = this.#state.abort?.code ?? code;
    return CLOSE;
  }

  /** Returns the head and the buffered part of the body, for one write. */
  #firstPiece(body: BodyReader, rewrite: ResponseRewrite): Uint8Array {
    const { wire } = this.#connection;
    const { tally } = this.#options.client;
    const response = this.#response;
    const isPlain = isPlainResponse(response, rewrite);
    if (isPlain && !rewrite.via) {
      tally.headBytes += response.end - response.start;
      body.takeBuffered();
      return wire.buffer.subarray(response.start, wire.start);
    }
    if (isPlain) writeWithVia(this.#writer, response);
    else writeResponseHead(this.#writer, response, rewrite);
    tally.headBytes += this.#writer.written.length;
    const piece = body.takeBuffered();
    if (piece.length > 0) this.#writer.bytes(rewrite.isRechunked ? encodeChunk(piece) : piece);
    return this.#writer.written;
  }

  #plan(): ResponseRewrite {
    const { head, body, rewrite } = this.#options;
    return planResponse(this.#response, head, { isRead: body.isDone, via: rewrite.via });
  }
}
