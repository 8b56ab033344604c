import { grown } from "../http1/grown.ts";
import { FRAME_HEAD_BYTES, type FrameHead, writeFrameHead } from "./frames.ts";

/** Bodies wait while this many bytes are not written yet. */
const BODY_ROOM_BYTES = 64 * 1024;

/** The client's frames wait as well while this many bytes are not written yet. */
const ROOM_BYTES = 256 * 1024;

const INITIAL_BYTES = 4 * 1024;

/** Larger buffers are not kept while nothing is to be written. */
const MAX_KEPT_BYTES = 64 * 1024;

/** Options of {@linkcode Output}. */
export interface OutputOptions {
  /** Writes all bytes; rejects when the connection breaks. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Called when there is more room for bodies. */
  readonly onRoom: () => void;
}

/** Frames on their way to one client. Frames of one turn of the event loop leave in one write. */
export class Output {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  #spare: Uint8Array<ArrayBuffer> | undefined;
  #writing: Promise<void> | undefined;
  #isBroken = false;
  #waiting: (() => void)[] = [];

  readonly #write: OutputOptions["write"];
  readonly #onRoom: OutputOptions["onRoom"];

  constructor({ write, onRoom }: OutputOptions) {
    this.#write = write;
    this.#onRoom = onRoom;
  }

  /** True if a body may add more. */
  get hasBodyRoom(): boolean {
    return this.#length < BODY_ROOM_BYTES;
  }

  /** Adds a frame with the bytes of `payload` from `start`, as many as its head says. */
  frame(head: FrameHead, payload: Uint8Array, start = 0): void {
    if (this.#isBroken) return;
    this.#reserve(FRAME_HEAD_BYTES + head.length);
    writeFrameHead(this.#bytes, this.#length, head);
    this.#length += FRAME_HEAD_BYTES;
    const isWhole = start === 0 && head.length === payload.length;
    const part = isWhole ? payload : payload.subarray(start, start + head.length);
    this.#bytes.set(part, this.#length);
    this.#length += head.length;
    this.#flushSoon();
  }

  /** Adds encoded frames. */
  bytes(frames: Uint8Array): void {
    if (this.#isBroken) return;
    this.#reserve(frames.length);
    this.#bytes.set(frames, this.#length);
    this.#length += frames.length;
    this.#flushSoon();
  }

  /** Resolves when the client has received enough to cause more frames. */
  room(): Promise<void> {
    return this.#waitFor(ROOM_BYTES);
  }

  /** Resolves when a response may add its head. */
  bodyRoom(): Promise<void> {
    return this.#waitFor(BODY_ROOM_BYTES);
  }

  async #waitFor(bytes: number): Promise<void> {
    while (!this.#isBroken && this.#length >= bytes) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when everything is written, or the connection is broken. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  #flushSoon(): void {
    this.#writing ??= this.#flush();
  }

  async #flush(): Promise<void> {
    // Frames of other streams follow in the same turn of the event loop.
    await Promise.resolve();
    try {
      while (this.#length > 0) {
        const full = this.#bytes.subarray(0, this.#length);
        const buffer = this.#bytes;
        this.#bytes = this.#spare ?? new Uint8Array(INITIAL_BYTES);
        this.#spare = undefined;
        this.#length = 0;
        await this.#write(full);
        if (buffer.length <= MAX_KEPT_BYTES * 2) this.#spare = buffer;
        this.#onRoom();
        for (const resolve of this.#waiting.splice(0)) resolve();
      }
    } catch {
      this.#isBroken = true;
      this.#length = 0;
      for (const resolve of this.#waiting.splice(0)) resolve();
    } finally {
      this.#writing = undefined;
      this.#release();
    }
  }

  /** Frees what an idle connection needs no more. */
  #release(): void {
    if (this.#length > 0) return;
    this.#spare = undefined;
    if (this.#bytes.length > INITIAL_BYTES) this.#bytes = new Uint8Array(INITIAL_BYTES);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed > this.#bytes.length) this.#bytes = grown(this.#bytes, needed);
  }
}
