import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers/promises";
import { linger, logUnreadable, refuseClient } from "../send_reply.ts";
import { ConnectionSlot, ConnectionTable } from "../connection_table.ts";
import { PeerPlaces } from "../peer_places.ts";
import type { Client, ClientDeadlines } from "../context.ts";
import { faultOf, malformed } from "../http1/fault.ts";
import { isAt } from "../http1/octets.ts";
import { Wire } from "../http1/wire.ts";
import { createTally, type Tally } from "../tally.ts";
import { DataQueue } from "./data_queue.ts";
import { Cost, FrameBudget } from "./frame_budget.ts";
import {
  ConnectionError,
  DEFAULT_WINDOW,
  encodeFrame,
  encodeNumbers,
  encodeSettings,
  ErrorCode,
  Flag,
  FRAME_HEAD_BYTES,
  type FrameHead,
  FrameType,
  MAX_FRAME_BYTES,
  MAX_WINDOW,
  PREFACE,
  readFrameHead,
  readUint32,
  Setting,
} from "./frames.ts";
import { HeaderDecoder } from "./header_decoder.ts";
import { Output } from "./output.ts";
import { type RequestText, toRequestText, toTrailerText } from "./request_text.ts";
import type { ResponseChannel } from "./response_frames.ts";
import { readSettings } from "./settings.ts";
import type { Field } from "./static_table.ts";
import { Stream } from "./stream.ts";

/** Requests of one connection at a time, counted until the proxy is done with them. */
const MAX_STREAMS = 128;

/** Maximum bytes that wait in the proxy: of one body, and of all bodies of a connection. */
const STREAM_WINDOW = 256 * 1024;
const RECEIVE_WINDOW = 2 * 1024 * 1024;

/** A stream's buffer beyond the request's head: for the body, and for nothing if there is none. */
const BODY_BUFFER_BYTES = 4 * 1024;
const NO_BODY_BYTES = 64;

/** Memory of a stream besides its buffer, counted for its client. */
const STREAM_BYTES = 4 * 1024;

/**
 * Maximum time for frames of one connection before others have their turn: Deno completes up to 128
 * reads without a pause, and a megabyte can have 100,000 frames.
 */
const TURN_MS = 2;

/** Maximum time to send the last frames to a client that has made an error. */
const FAREWELL_MS = 2_000;

const TOO_LARGE = {
  type: "request",
  head: "",
  method: "GET",
  length: undefined,
  isChunked: false,
  isTunnel: false,
} satisfies RequestText;

/** Streams are no connections, so the table of connections does not count them. */
const STREAM_SLOT = new ConnectionSlot({
  table: new ConnectionTable(() => 0),
  peer: new PeerPlaces(),
  evict: () => {},
});

/** Objects of a stream that the next one uses again. */
interface Kit {
  readonly deadlines: ClientDeadlines;
  readonly tally: Tally;
}

/** A header block whose last part has not arrived yet. */
interface OpenBlock {
  readonly stream: number;
  readonly isEndOfStream: boolean;
  readonly parts: Uint8Array[];
  bytes: number;
}

/** Options of {@linkcode Session}. */
export interface SessionOptions {
  /** Answers the one request of a stream, and closes its wire. */
  readonly serve: (client: Client) => Promise<void>;
  readonly webSocketKey: () => string;
}

/** One connection of a client that speaks HTTP/2. */
export class Session {
  readonly #client: Client;
  readonly #options: SessionOptions;
  readonly #output: Output;
  readonly #data: DataQueue;
  readonly #channel: ResponseChannel;
  readonly #decoder = new HeaderDecoder();
  readonly #budget = new FrameBudget(() => performance.now());
  readonly #streams = new Map<number, Stream>();
  readonly #serving = new Set<Promise<void>>();
  readonly #kits: Kit[] = [];
  #lastStream = 0;
  #isLeaving = false;
  /** True after an error of the client that ends the connection. */
  #hasFailed = false;
  #hasSettings = false;
  #block: OpenBlock | undefined;
  /** Initial window of further streams, as the client has set it. */
  #sendWindow = DEFAULT_WINDOW;
  #receiveWindow = RECEIVE_WINDOW;
  #readBytes = 0;

  constructor(client: Client, options: SessionOptions) {
    this.#client = client;
    this.#options = options;
    this.#output = new Output({
      write: (bytes) => this.#write(bytes),
      onRoom: () => this.#data.pump(),
    });
    this.#data = new DataQueue(this.#output, (bytes) => this.#budget.sent(bytes));
    this.#channel = { output: this.#output, data: this.#data, hasSentBlock: false };
  }

  /** Serves the connection until it ends. */
  async run(): Promise<void> {
    const { wire, context } = this.#client;
    const leave = (): void => this.#leave();
    context.closing.addEventListener("abort", leave, { once: true });
    try {
      this.#greet();
      this.#client.deadlines.read.set(context.limits.headTimeoutMs, leave);
      let isGone = !await this.#readPreface();
      let workedMs = 0;
      while (!isGone) {
        const beganAtMs = performance.now();
        this.#readFrames();
        workedMs += performance.now() - beganAtMs;
        if (workedMs >= TURN_MS) {
          workedMs = 0;
          await setImmediate();
        }
        await this.#output.room();
        if (!wire.hasRoom) throw BUFFERS_FULL;
        isGone = !await wire.fill();
      }
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#hasFailed = true;
      this.#announceEnd(error.code, error.message);
      this.#failAll();
      await this.#farewell();
    } finally {
      context.closing.removeEventListener("abort", leave);
      this.#failAll();
      this.#releaseBlock();
      wire.close();
      await Promise.all(this.#serving);
      for (const { deadlines } of this.#kits) {
        for (const deadline of Object.values(deadlines)) context.deadlines.close(deadline);
      }
    }
  }

  #greet(): void {
    const { maxHeadBytes } = this.#client.context.limits;
    const settings = encodeSettings([
      [Setting.MaxConcurrentStreams, MAX_STREAMS],
      [Setting.InitialWindowSize, STREAM_WINDOW],
      [Setting.MaxHeaderListSize, maxHeadBytes],
      [Setting.EnableConnectProtocol, 1],
    ]);
    this.#output.bytes(encodeFrame(FrameType.Settings, settings));
    this.#sendWindowUpdate(0, RECEIVE_WINDOW - DEFAULT_WINDOW);
  }

  async #readPreface(): Promise<boolean> {
    const { wire } = this.#client;
    for (;;) {
      const length = Math.min(PREFACE.length, wire.end - wire.start);
      if (!isAt(wire.buffer, wire.start, PREFACE.subarray(0, length))) {
        throw wrong("the connection does not begin with the preface of HTTP/2");
      }
      if (length === PREFACE.length) break;
      if (!await wire.fill()) return false;
    }
    wire.start += PREFACE.length;
    return true;
  }

  #readFrames(): void {
    const { wire } = this.#client;
    while (wire.end - wire.start >= FRAME_HEAD_BYTES) {
      const head = readFrameHead(wire.buffer, wire.start);
      if (head.length > MAX_FRAME_BYTES) {
        throw new ConnectionError(ErrorCode.FrameSizeError, "a frame that is too large");
      }
      const start = wire.start + FRAME_HEAD_BYTES;
      if (wire.end - start < head.length) break;
      wire.start = start + head.length;
      this.#frame(head, wire.buffer.subarray(start, start + head.length));
    }
    if (this.#serving.size === 0) wire.shrink();
  }

  #frame(head: FrameHead, payload: Uint8Array): void {
    const { type, stream } = head;
    if (!this.#hasSettings && (type !== FrameType.Settings || (head.flags & Flag.Ack) !== 0)) {
      throw wrong("the first frame is not SETTINGS");
    }
    const isContinued = type === FrameType.Continuation && this.#block?.stream === stream;
    if (this.#block !== undefined && !isContinued) {
      throw wrong("a frame within a header block");
    }
    switch (type) {
      case FrameType.Data:
        return this.#readData(head, payload);
      case FrameType.Headers:
        return this.#readHeaders(head, payload);
      case FrameType.Continuation:
        return this.#readContinuation(head, payload);
      case FrameType.RstStream:
        return this.#readReset(head, payload);
      case FrameType.Settings:
        return this.#readSettings(head, payload);
      case FrameType.Ping:
        return this.#readPing(head, payload);
      case FrameType.WindowUpdate:
        return this.#readWindowUpdate(head, payload);
      case FrameType.Goaway:
        if (stream !== 0) throw wrong("GOAWAY of a stream");
        if (payload.length < 8) throw new ConnectionError(ErrorCode.FrameSizeError, "GOAWAY");
        return this.#spend(Cost.Frame);
      case FrameType.PushPromise:
        throw wrong("PUSH_PROMISE of a client");
      case FrameType.Priority:
        if (stream === 0) throw wrong("PRIORITY of the connection");
        if (payload.length !== 5) this.#resetId(stream, ErrorCode.FrameSizeError);
        return this.#spend(Cost.Frame);
      default:
        return this.#spend(Cost.Frame);
    }
  }

  #readHeaders(head: FrameHead, payload: Uint8Array): void {
    const { stream, flags } = head;
    if (stream % 2 === 0) throw wrong("a request on an invalid stream");
    let part = unpadded(head, payload);
    if ((flags & Flag.Priority) !== 0) {
      if (part.length < 5) throw new ConnectionError(ErrorCode.FrameSizeError, "a short HEADERS");
      part = part.subarray(5);
    }
    const isEndOfStream = (flags & Flag.EndStream) !== 0;
    if ((flags & Flag.EndHeaders) !== 0) {
      return this.#readBlock({ stream, isEndOfStream, block: part });
    }
    this.#charge(part.length);
    this.#block = { stream, isEndOfStream, parts: [part.slice()], bytes: part.length };
    this.#settle();
  }

  #readContinuation({ flags, stream }: FrameHead, payload: Uint8Array): void {
    const block = this.#block;
    if (block === undefined) throw wrong("CONTINUATION without HEADERS");
    block.bytes += payload.length;
    const { maxHeadBytes } = this.#client.context.limits;
    if (block.bytes > Math.max(maxHeadBytes, MAX_FRAME_BYTES)) throw calm("an endless head");
    this.#charge(payload.length);
    if (payload.length > 0) block.parts.push(payload.slice());
    const isLast = (flags & Flag.EndHeaders) !== 0;
    if (!isLast) return this.#spend(Cost.Frame);
    this.#releaseBlock();
    this.#settle();
    const { isEndOfStream, parts } = block;
    this.#readBlock({ stream, isEndOfStream, block: Buffer.concat(parts) });
  }

  /** Counts memory of the client; the connection ends if its address has too much. */
  #charge(bytes: number): void {
    const { account } = this.#client;
    if (account.bufferedBytes + bytes > account.maxBufferedBytes) throw BUFFERS_FULL;
    account.bufferedBytes += bytes;
  }

  #releaseBlock(): void {
    this.#client.account.bufferedBytes -= this.#block?.bytes ?? 0;
    this.#block = undefined;
  }

  #readBlock({ stream: id, isEndOfStream, block }: {
    readonly stream: number;
    readonly isEndOfStream: boolean;
    readonly block: Uint8Array;
  }): void {
    // Each block is decoded, even if nobody needs it: the next ones refer to it.
    const fields = this.#decoder.decode(block, this.#client.context.limits.maxHeadBytes);
    const stream = this.#streams.get(id);
    if (stream !== undefined) return this.#readTrailers(stream, fields, isEndOfStream);
    // The client may not know yet that its stream was reset, and sends trailers.
    const isRequest = fields?.[0]?.[0].startsWith(":") === true;
    if (id <= this.#lastStream && isRequest) throw wrong("a request on a stream that was used");
    if (id <= this.#lastStream || this.#isLeaving) return this.#spend(Cost.Frame);
    this.#lastStream = id;
    this.#open(id, fields, isEndOfStream);
  }

  #open(id: number, fields: readonly Field[] | undefined, isEnded: boolean): void {
    if (this.#serving.size >= MAX_STREAMS) {
      this.#sendReset(id, ErrorCode.RefusedStream);
      return this.#spend(Cost.WastedStream);
    }
    if (fields === undefined) return this.#serve(id, { request: TOO_LARGE, isEnded });
    const { webSocketKey } = this.#options;
    const request = toRequestText(fields, { isEnded, webSocketKey });
    if (request.type === "request") return this.#serve(id, { request, isEnded });
    this.#sendReset(id, ErrorCode.ProtocolError);
    logUnreadable(this.#client, { fault: malformed(request.reason), bytes: 0 });
    this.#spend(Cost.WastedStream);
  }

  #readTrailers(
    stream: Stream,
    fields: readonly Field[] | undefined,
    isEndOfStream: boolean,
  ): void {
    if (stream.isRemoteEnded) return this.#reset(stream, ErrorCode.StreamClosed);
    const trailers = fields === undefined ? undefined : toTrailerText(fields);
    const isComplete = (stream.missingBytes ?? 0) === 0;
    if (trailers?.type !== "trailers" || !isEndOfStream || !isComplete) {
      return this.#reset(stream, ErrorCode.ProtocolError);
    }
    stream.isRemoteEnded = true;
    stream.body.end(trailers.lines);
  }

  #readData(head: FrameHead, payload: Uint8Array): void {
    const { stream: id, length } = head;
    if (id === 0) throw wrong("DATA of the connection");
    const data = unpadded(head, payload);
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) throw tooMuch();
    const stream = this.#streams.get(id);
    if (stream === undefined) {
      if (this.#isUnopened(id)) throw wrong("DATA of a stream that is not open");
      this.#credit(length);
      return this.#spend(Cost.Frame);
    }
    // What does not reach the body is free at once.
    this.#credit(length - data.length);
    const isLast = (head.flags & Flag.EndStream) !== 0;
    const problem = this.#takeData(stream, { data, length, isLast });
    if (problem === undefined) return;
    this.#credit(data.length);
    this.#reset(stream, problem);
  }

  /** Returns the reason to reset the stream, or `undefined` if its body has the data. */
  #takeData(
    stream: Stream,
    { data, length, isLast }: {
      readonly data: Uint8Array;
      readonly length: number;
      readonly isLast: boolean;
    },
  ): ErrorCode | undefined {
    if (stream.isRemoteEnded) return ErrorCode.StreamClosed;
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0) return ErrorCode.FlowControlError;
    stream.readBytes += length - data.length;
    if (stream.missingBytes !== undefined) {
      stream.missingBytes -= data.length;
      const isWrong = stream.missingBytes < 0 || isLast && stream.missingBytes > 0;
      if (isWrong) return ErrorCode.ProtocolError;
    }
    if (data.length === 0 && !isLast) this.#spend(Cost.Frame);
    this.#budget.carried(data.length);
    if (!stream.body.add(data)) return ErrorCode.EnhanceYourCalm;
    if (!isLast) return undefined;
    stream.isRemoteEnded = true;
    stream.body.end();
    return undefined;
  }

  /** After GOAWAY, a client may have opened streams that nobody serves (RFC 9113, section 6.8). */
  #isUnopened(id: number): boolean {
    return id % 2 === 0 || id > this.#lastStream && !this.#isLeaving;
  }

  #readReset({ stream: id }: FrameHead, payload: Uint8Array): void {
    if (payload.length !== 4) throw new ConnectionError(ErrorCode.FrameSizeError, "RST_STREAM");
    if (this.#isUnopened(id)) throw wrong("RST_STREAM of a stream that is not open");
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#spend(Cost.Frame);
    this.#forget(stream);
    this.#spend(Cost.WastedStream);
  }

  #readSettings({ flags, stream }: FrameHead, payload: Uint8Array): void {
    if (stream !== 0) throw wrong("SETTINGS of a stream");
    if (this.#hasSettings) this.#spend(Cost.Frame);
    if ((flags & Flag.Ack) !== 0) {
      if (payload.length > 0) throw new ConnectionError(ErrorCode.FrameSizeError, "SETTINGS");
      return;
    }
    const { initialWindow = this.#sendWindow } = readSettings(payload);
    const growth = initialWindow - this.#sendWindow;
    this.#sendWindow = initialWindow;
    for (const one of growth === 0 ? [] : this.#streams.values()) {
      if (one.sendWindow + growth > MAX_WINDOW) throw tooMuch();
      one.sendWindow += growth;
    }
    this.#output.bytes(encodeFrame(FrameType.Settings, NOTHING, { flags: Flag.Ack }));
    if (!this.#hasSettings) {
      this.#hasSettings = true;
      this.#settle();
    }
    if (growth > 0) this.#data.pump();
  }

  #readPing({ flags, stream }: FrameHead, payload: Uint8Array): void {
    if (stream !== 0) throw wrong("PING of a stream");
    if (payload.length !== 8) throw new ConnectionError(ErrorCode.FrameSizeError, "PING");
    this.#spend(Cost.Frame);
    if ((flags & Flag.Ack) !== 0) return;
    this.#output.bytes(encodeFrame(FrameType.Ping, payload, { flags: Flag.Ack }));
  }

  #readWindowUpdate({ stream: id }: FrameHead, payload: Uint8Array): void {
    if (payload.length !== 4) throw new ConnectionError(ErrorCode.FrameSizeError, "WINDOW_UPDATE");
    this.#spend(Cost.Frame);
    const growth = readUint32(payload, 0) & 0x7fff_ffff;
    if (id === 0) {
      if (growth === 0) throw wrong("WINDOW_UPDATE of nothing");
      if (!this.#data.grow(growth)) throw tooMuch();
      return;
    }
    if (this.#isUnopened(id)) throw wrong("WINDOW_UPDATE of a stream that is not open");
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (growth === 0) return this.#reset(stream, ErrorCode.ProtocolError);
    if (stream.sendWindow + growth > MAX_WINDOW) {
      return this.#reset(stream, ErrorCode.FlowControlError);
    }
    stream.sendWindow += growth;
    this.#data.pump();
  }

  #serve(id: number, { request, isEnded }: {
    readonly request: Extract<RequestText, { readonly type: "request" }>;
    readonly isEnded: boolean;
  }): void {
    const { peer, account, context, slot } = this.#client;
    const { length } = request.head;
    const capacity = length + (isEnded ? NO_BODY_BYTES : BODY_BUFFER_BYTES);
    const memory = capacity + STREAM_BYTES;
    if (account.bufferedBytes + memory > account.maxBufferedBytes) {
      this.#sendReset(id, ErrorCode.RefusedStream);
      return this.#spend(Cost.WastedStream);
    }
    if (!slot.markBusy()) return;
    account.bufferedBytes += memory;
    const kit = this.#kits.pop() ?? this.#createKit();
    const stream = new Stream({
      id,
      request,
      isEnded,
      sendWindow: this.#sendWindow,
      account,
      channel: this.#channel,
      maxFields: context.limits.maxFields,
      onRead: (one, bytes) => this.#readOn(one, bytes),
      onProgress: () => kit.deadlines.write.extend(context.limits.stallTimeoutMs),
      onClose: (one) => this.#close(one),
    });
    stream.receiveWindow = STREAM_WINDOW;
    this.#streams.set(id, stream);
    const wire = new Wire(stream, capacity, { account });
    stream.onFail = () => wire.close();
    Buffer.from(wire.buffer.buffer).write(request.head, "latin1");
    wire.end = wire.received = length;
    const client: Client = {
      wire,
      peer,
      account,
      slot: STREAM_SLOT,
      deadlines: kit.deadlines,
      tally: kit.tally,
      context,
      http2: { isTunnel: request.isTunnel, sentStatus: () => stream.response.status },
    };
    const served = this.#answer(client, request).catch(context.onError).finally(() => {
      this.#kits.push(kit);
      account.bufferedBytes -= memory;
      this.#serving.delete(served);
      this.#settle();
    });
    this.#serving.add(served);
    this.#settle();
  }

  async #answer(client: Client, request: RequestText): Promise<void> {
    if (request !== TOO_LARGE) return await this.#options.serve(client);
    try {
      const { maxHeadBytes } = client.context.limits;
      const fault = faultOf("head-too-large", { detail: `more than ${maxHeadBytes} bytes` });
      await refuseClient(client, { fault, isForHead: false });
    } finally {
      client.wire.close();
      for (const deadline of Object.values(client.deadlines)) deadline.clear();
    }
  }

  #createKit(): Kit {
    const { deadlines } = this.#client.context;
    const own = { read: deadlines.open(), write: deadlines.open(), answer: deadlines.open() };
    return { deadlines: own, tally: createTally() };
  }

  /** Sets the time limit that applies now, and the connection's place among others. */
  #settle(): void {
    const { deadlines, slot, context } = this.#client;
    const { headTimeoutMs, idleTimeoutMs } = context.limits;
    if (this.#hasFailed) return;
    const leave = (): void => {
      this.#leave();
      void this.#output.flushed().then(() => this.#client.wire.close());
    };
    if (this.#serving.size > 0) deadlines.read.clear();
    else if (this.#block !== undefined) deadlines.read.set(headTimeoutMs, leave);
    else {
      deadlines.read.set(idleTimeoutMs, leave);
      if (slot.hasSentRequest) slot.markIdle();
      if (this.#isLeaving) void this.#output.flushed().then(() => this.#client.wire.close());
    }
  }

  /** Handles the end of a stream on the proxy's side. */
  #close(stream: Stream): void {
    const { isEnded } = stream.response;
    if (isEnded) this.#budget.answered();
    if (stream.isClosed) return;
    if (!isEnded) this.#sendReset(stream.id, ErrorCode.InternalError);
    else if (!stream.isRemoteEnded) this.#sendReset(stream.id, ErrorCode.NoError);
    this.#forget(stream);
  }

  /** Resets a stream for an error of the client. */
  #reset(stream: Stream, code: ErrorCode): void {
    this.#sendReset(stream.id, code);
    this.#forget(stream);
    this.#spend(Cost.WastedStream);
  }

  #resetId(id: number, code: ErrorCode): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) this.#reset(stream, code);
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream.id);
    this.#data.drop(stream);
    stream.fail(new Deno.errors.ConnectionReset("The stream has ended"));
  }

  #failAll(): void {
    for (const stream of [...this.#streams.values()]) this.#forget(stream);
  }

  /** Takes no further request. Closes the connection when all others are answered. */
  #leave(): void {
    this.#announceEnd(ErrorCode.NoError);
    if (this.#serving.size === 0) this.#settle();
  }

  #announceEnd(code: ErrorCode, reason = ""): void {
    if (this.#isLeaving && code === ErrorCode.NoError) return;
    this.#isLeaving = true;
    const payload = Buffer.concat([encodeNumbers(this.#lastStream, code), Buffer.from(reason)]);
    this.#output.bytes(encodeFrame(FrameType.Goaway, payload));
  }

  /** Lets a client read why its connection ends. */
  async #farewell(): Promise<void> {
    const { wire, deadlines } = this.#client;
    deadlines.read.set(FAREWELL_MS, () => wire.close());
    wire.start = wire.end;
    await this.#output.flushed();
    await linger(this.#client);
  }

  #readOn(stream: Stream, bytes: number): void {
    this.#credit(bytes);
    stream.readBytes += bytes;
    if (stream.isRemoteEnded || stream.isClosed || stream.readBytes < STREAM_WINDOW / 2) return;
    stream.receiveWindow += stream.readBytes;
    this.#sendWindowUpdate(stream.id, stream.readBytes);
    stream.readBytes = 0;
  }

  /** Lets the client send further bytes on the connection. */
  #credit(bytes: number): void {
    this.#readBytes += bytes;
    if (this.#readBytes < RECEIVE_WINDOW / 2) return;
    this.#receiveWindow += this.#readBytes;
    this.#sendWindowUpdate(0, this.#readBytes);
    this.#readBytes = 0;
  }

  #sendWindowUpdate(stream: number, bytes: number): void {
    this.#output.bytes(encodeFrame(FrameType.WindowUpdate, encodeNumbers(bytes), { stream }));
  }

  #sendReset(stream: number, code: ErrorCode): void {
    this.#output.bytes(encodeFrame(FrameType.RstStream, encodeNumbers(code), { stream }));
  }

  #spend(tokens: number): void {
    if (!this.#budget.spend(tokens)) throw calm("too many frames without a purpose");
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { wire, deadlines, context } = this.#client;
    deadlines.write.set(context.limits.stallTimeoutMs, () => wire.close());
    try {
      await wire.write(bytes);
    } finally {
      deadlines.write.clear();
    }
  }
}

const NOTHING = new Uint8Array(0);

/** Returns the payload without its padding (RFC 9113, section 6.1). */
function unpadded({ flags }: FrameHead, payload: Uint8Array): Uint8Array {
  if ((flags & Flag.Padded) === 0) return payload;
  const padding = payload[0];
  if (padding === undefined || padding >= payload.length) throw wrong("more padding than payload");
  return payload.subarray(1, payload.length - padding);
}

function wrong(problem: string): ConnectionError {
  return new ConnectionError(ErrorCode.ProtocolError, problem);
}

function calm(problem: string): ConnectionError {
  return new ConnectionError(ErrorCode.EnhanceYourCalm, problem);
}

const BUFFERS_FULL = calm("this address has reached its limit of buffer memory");

function tooMuch(): ConnectionError {
  return new ConnectionError(ErrorCode.FlowControlError, "more than a window allows");
}
