import { DEFAULT_WINDOW, Flag, FrameType, MAX_FRAME_BYTES, MAX_WINDOW } from "./frames.ts";
import type { Output } from "./output.ts";

/** Bytes of a stream's body that the client accepts; negative after it has lowered its setting. */
export interface SendWindow {
  readonly id: number;
  sendWindow: number;
  /** Called when the client has accepted a further part of a piece that is larger than a frame. */
  readonly onProgress: () => void;
}

interface Pending {
  readonly stream: SendWindow;
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
  start: number;
  /** Value of `start` at the last progress. */
  reportedStart: number;
}

/**
 * The bodies of one connection on their way to the client, one piece of each stream at most. A piece
 * leaves in frames, in turn with those of other streams, as far as both windows allow (RFC 9113,
 * section 5.2).
 */
export class DataQueue {
  /** Bytes of all streams together that the client accepts. */
  window = DEFAULT_WINDOW;
  #pending: Pending[] = [];

  constructor(readonly output: Output, readonly onSent: (bytes: number) => void) {}

  /**
   * Sends a piece of a body. Resolves when the piece can be reused. Rejects if the stream is
   * dropped meanwhile.
   */
  send(
    stream: SendWindow,
    { bytes, isLast }: { readonly bytes: Uint8Array; readonly isLast: boolean },
  ): Promise<void> | undefined {
    const piece = { stream, bytes, isLast, start: 0 };
    // The usual case: it fits, and nobody waits.
    const fits = bytes.length <= Math.min(MAX_FRAME_BYTES, this.window, stream.sendWindow);
    const isFree = this.#pending.length === 0 && this.output.hasBodyRoom && fits;
    if (isFree || bytes.length === 0) {
      this.#frame(piece, bytes.length);
      return undefined;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending.push({ ...piece, reportedStart: 0, done: resolve, fail: reject });
    this.pump();
    return promise;
  }

  /** Sends what the windows and the output allow; to be called when one of them has grown. */
  pump(): void {
    let blocked = 0;
    while (blocked < this.#pending.length && this.window > 0 && this.output.hasBodyRoom) {
      const piece = this.#pending.shift()!;
      const { stream, bytes } = piece;
      const left = bytes.length - piece.start;
      const length = Math.min(left, MAX_FRAME_BYTES, this.window, stream.sendWindow);
      if (length > 0) {
        blocked = 0;
        this.#frame(piece, length);
        piece.start += length;
        if (length === left) {
          piece.done();
          continue;
        }
        // Many streams share a slow connection; but a byte now and then is no progress.
        if (piece.start - piece.reportedStart >= MAX_FRAME_BYTES) {
          piece.reportedStart = piece.start;
          stream.onProgress();
        }
      } else {
        blocked++;
      }
      this.#pending.push(piece);
    }
  }

  /** Forgets the piece of a stream that has ended. */
  drop(stream: SendWindow): void {
    const at = this.#pending.findIndex((piece) => piece.stream === stream);
    if (at === -1) return;
    const [piece] = this.#pending.splice(at, 1);
    piece!.fail(new Deno.errors.ConnectionReset("The stream has ended"));
  }

  /** Enlarges the window of the connection. Returns false if it would be too large. */
  grow(bytes: number): boolean {
    if (this.window + bytes > MAX_WINDOW) return false;
    this.window += bytes;
    this.pump();
    return true;
  }

  #frame(
    { stream, bytes, start, isLast }: Pick<Pending, "stream" | "bytes" | "start" | "isLast">,
    length: number,
  ): void {
    const isEnd = isLast && start + length === bytes.length;
    const flags = isEnd ? Flag.EndStream : 0;
    this.output.frame({ length, type: FrameType.Data, flags, stream: stream.id }, bytes, start);
    this.window -= length;
    stream.sendWindow -= length;
    this.onSent(length);
  }
}
