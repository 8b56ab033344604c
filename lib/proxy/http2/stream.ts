import type { BufferAccount, Connection } from "../http1/wire.ts";
import type { SendWindow } from "./data_queue.ts";
import { RequestBody } from "./request_body.ts";
import type { RequestText } from "./request_text.ts";
import { type ResponseChannel, ResponseFrames } from "./response_frames.ts";

/** Options of a stream: its request, and the parts of the connection that it uses. */
export interface StreamOptions {
  readonly id: number;
  readonly request: Extract<RequestText, { readonly type: "request" }>;
  /** True if no body follows. */
  readonly isEnded: boolean;
  readonly sendWindow: number;
  readonly account: BufferAccount;
  readonly channel: ResponseChannel;
  readonly maxFields: number;
  /** Called with bytes of the body that the client may send anew. */
  readonly onRead: (stream: Stream, bytes: number) => void;
  /** Called when the client has accepted a part of the response's body. */
  readonly onProgress: () => void;
  /** Called once, when the proxy is done with the stream. */
  readonly onClose: (stream: Stream) => void;
}

/** One request and its response, for the proxy a connection of HTTP/1.1 with one request. */
export class Stream implements Connection, SendWindow {
  readonly id: number;
  /** Bytes of the response's body that the client accepts. */
  sendWindow: number;
  /** Bytes of the request's body that the client may send. */
  receiveWindow = 0;
  /** Bytes that were read since the last WINDOW_UPDATE. */
  readBytes = 0;
  /** True when the client has sent its last frame. */
  isRemoteEnded: boolean;
  /** True when the proxy is done with it, or the client has reset it. */
  isClosed = false;
  /** Bytes of body that the client has declared and not sent yet. */
  missingBytes: number | undefined;

  readonly body: RequestBody;
  readonly response: ResponseFrames;
  readonly onProgress: () => void;
  /** Called when it ends with an error: nobody reads from a tunnel that the client has ended. */
  onFail: (() => void) | undefined;
  readonly #onClose: (stream: Stream) => void;
  #isShut = false;

  constructor(options: StreamOptions) {
    const { request, account, channel, maxFields, onRead } = options;
    this.id = options.id;
    this.sendWindow = options.sendWindow;
    this.isRemoteEnded = options.isEnded;
    this.missingBytes = request.length;
    this.onProgress = options.onProgress;
    this.#onClose = options.onClose;
    this.body = new RequestBody({
      account,
      isChunked: request.isChunked,
      isTunnel: request.isTunnel,
      onRead: (bytes) => onRead(this, bytes),
    });
    if (options.isEnded) this.body.end();
    this.response = new ResponseFrames(channel, this, {
      isHead: request.method === "HEAD",
      isTunnel: request.isTunnel,
      maxFields,
    });
  }

  /** Ends with an error of the client, or of its connection. */
  fail(error: Error): void {
    this.isClosed = true;
    this.response.isDropped = true;
    this.body.fail(error);
    this.onFail?.();
  }

  read(into: Uint8Array): Promise<number | null> {
    if (this.#isShut) return Promise.resolve(null);
    return this.body.read(into);
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (this.isClosed) throw new Deno.errors.ConnectionReset("The stream has ended");
    await this.response.write(bytes);
    return bytes.length;
  }

  /** Ends a tunnel on this side. After any other response nothing more is read. */
  closeWrite(): Promise<void> {
    if (this.response.isTunnel) this.response.end();
    else this.#isShut = true;
    return Promise.resolve();
  }

  close(): void {
    this.#onClose(this);
  }
}
