import type { BufferPool } from "./buffer_pool.ts";
import { loopMeter } from "./loop_meter.ts";

/** Maximum buffer while a body streams; smaller ones make large bodies slower. */
const MAX_BUFFER_BYTES = 256 * 1024;
const GROWTH_FACTOR = 4;

/** Buffer for data that a client sends ahead while its request is in flight. */
const PIPELINE_BYTES = 64 * 1024;

const NO_MORE_BYTES = Promise.resolve(false);

/** The part of `Deno.TcpConn` that a wire uses. */
export interface Connection {
  readonly read: (into: Uint8Array) => Promise<number | null>;
  readonly write: (bytes: Uint8Array) => Promise<number>;
  /** Shuts down the sending side; the peer may continue to send. */
  readonly closeWrite: () => Promise<void>;
  readonly close: () => void;
  /** Closes without flushing; set where `close` flushes written data first. */
  readonly abort?: () => void;
  /** Resolves to the protocol that TLS has chosen (RFC 7301); set where there is a choice. */
  readonly negotiated?: () => Promise<string | null>;
}

/** Counts the memory by which the buffers of several wires exceed their initial sizes. */
export interface BufferAccount {
  bufferedBytes: number;
  /** Buffers do not grow beyond this sum. */
  readonly maxBufferedBytes: number;
}

/** Options of a {@linkcode Wire}. */
export interface WireOptions {
  /** By default, buffers grow without a limit. */
  readonly account?: BufferAccount;
  /**
   * Where grown buffers come from and go to. Only for a wire whose reader has written all bytes before
   * it reads on or shrinks the buffer.
   */
  readonly pool?: BufferPool;
}

/** Account without a limit. */
const UNLIMITED: BufferAccount = { bufferedBytes: 0, maxBufferedBytes: Infinity };

/**
 * A connection with its read buffer. At most one read is pending. A read may be started without
 * waiting for it, to notice when the peer disconnects; the next call of `fill` then waits for it.
 */
export class Wire {
  buffer: Uint8Array<ArrayBuffer>;
  /** First unused byte. */
  start = 0;
  /** Position after the last byte that was read. */
  end = 0;
  /** True when the peer has shut down its sending side, or the connection broke. */
  isEnded = false;
  /** True when the connection was reset, or closed on this side. */
  isBroken = false;
  /** True while the proxy waits for the first byte of the next request. */
  isIdle = false;
  /** Total bytes written. */
  written = 0;
  /** Total bytes read. */
  received = 0;
  /** Called after each read, and when the wire is closed while no read is pending. */
  onRead: ((hasBytes: boolean) => void) | undefined;

  #reading: Promise<boolean> | undefined;
  #isClosed = false;
  #account: BufferAccount;
  readonly #pool: BufferPool | undefined;
  /** The buffer of the initial size, while one of the pool replaces it. */
  #first: Uint8Array<ArrayBuffer> | undefined;
  /** Bytes charged to the account. */
  #charged = 0;
  /** Bytes of detached buffers that are still in use. */
  #detached = 0;

  /** `capacity` is the buffer's size in bytes while the connection is idle. */
  constructor(
    readonly connection: Connection,
    readonly capacity: number,
    { account = UNLIMITED, pool }: WireOptions = {},
  ) {
    this.buffer = new Uint8Array(capacity);
    this.#account = account;
    this.#pool = pool;
  }

  /** False if the buffer is full and its account does not let it grow. */
  get hasRoom(): boolean {
    const isFull = this.end - this.start === this.buffer.length;
    return !isFull || this.#mayGrowBy(this.buffer.length);
  }

  /** Charges the buffer to another account, or to none if left out. */
  chargeTo(account: BufferAccount = UNLIMITED): void {
    if (account === this.#account) return;
    this.#account.bufferedBytes -= this.#charged;
    this.#charged = 0;
    this.#account = account;
    this.#charge();
  }

  /** Reads into the buffer. Resolves to false at the end of the stream. Never rejects. */
  fill(): Promise<boolean> {
    if (this.isEnded && this.#reading === undefined) return NO_MORE_BYTES;
    return this.#reading ??= this.#read();
  }

  /**
   * Enlarges the buffer if the last read filled it and all bytes are used: then more bytes are
   * probably waiting, unless fewer are expected. A stream of small events keeps a small buffer.
   */
  growIfFilled(expectedBytes = Infinity): void {
    const { length } = this.buffer;
    const isFilled = this.start === this.end && this.end === length;
    if (
      !isFilled || expectedBytes <= length || length >= MAX_BUFFER_BYTES ||
      this.#reading !== undefined
    ) return;
    const size = Math.min(MAX_BUFFER_BYTES, length * GROWTH_FACTOR);
    if (this.#mayGrowBy(size - length)) this.#replace(size);
  }

  /** Returns the buffer to its initial size if it is empty and no read is pending. */
  shrink(): void {
    const isFree = this.start === this.end && this.#reading === undefined;
    this.#detached = 0;
    if (isFree && this.buffer.length > this.capacity) this.#replace(this.capacity);
    else if (this.#charged > 0) this.#charge();
  }

  /**
   * Replaces the buffer with a new one, so that the bytes used so far stay valid for their readers.
   * Does nothing while a read is pending, because the read writes into the current buffer.
   */
  detach(): void {
    if (this.#reading !== undefined) return;
    const isFull = this.end - this.start >= this.capacity;
    this.#detached += this.buffer.length;
    this.#resize(isFull && this.#mayGrowBy(PIPELINE_BYTES) ? PIPELINE_BYTES : this.capacity);
  }

  /** Writes all of `bytes`. Rejects when the connection breaks. */
  async write(bytes: Uint8Array): Promise<void> {
    let count = await this.connection.write(bytes);
    loopMeter.count();
    this.written += count;
    for (let written = count; written < bytes.length; written += count) {
      count = await this.connection.write(bytes.subarray(written));
      this.written += count;
    }
  }

  /** Closes the connection; pending reads and writes end. */
  close(): void {
    this.#close(() => this.connection.close());
  }

  /** Closes a connection on which nothing was sent, without flushing. */
  abort(): void {
    this.#close(() => (this.connection.abort ?? this.connection.close).call(this.connection));
  }

  #close(close: () => void): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#charge();
    this.isEnded = this.isBroken = true;
    try {
      close();
    } catch {
      // A reset by the peer has closed it already.
    }
    // A pending read reports the end itself.
    if (this.#reading === undefined) this.onRead?.(false);
  }

  async #read(): Promise<boolean> {
    let hasBytes = false;
    try {
      if (this.start === this.end) this.start = this.end = 0;
      else if (this.end === this.buffer.length) this.#makeRoom();
      const free = this.end === 0 ? this.buffer : this.buffer.subarray(this.end);
      const count = await this.connection.read(free);
      loopMeter.count();
      if (count === null) this.isEnded = true;
      else {
        this.end += count;
        this.received += count;
      }
      hasBytes = count !== null;
    } catch {
      this.isEnded = this.isBroken = true;
    }
    this.#reading = undefined;
    this.onRead?.(hasBytes);
    return hasBytes;
  }

  #makeRoom(): void {
    if (this.start > 0) {
      this.buffer.copyWithin(0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
    } else {
      this.#resize(this.buffer.length * 2);
    }
  }

  /** Replaces an empty buffer. */
  #replace(size: number): void {
    const { capacity } = this;
    const pool = this.#pool;
    if (pool === undefined) return this.#resize(size);
    if (this.buffer.length === capacity) this.#first = this.buffer;
    else pool.give(this.buffer);
    this.buffer = size === capacity && this.#first || pool.take(size);
    this.start = this.end = 0;
    this.#charge();
  }

  #resize(capacity: number): void {
    const resized = new Uint8Array(Math.max(capacity, this.end - this.start));
    resized.set(this.buffer.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    this.buffer = resized;
    this.#charge();
  }

  #mayGrowBy(bytes: number): boolean {
    const { bufferedBytes, maxBufferedBytes } = this.#account;
    return bufferedBytes + bytes <= maxBufferedBytes;
  }

  #charge(): void {
    const grown = this.buffer.length + this.#detached - this.capacity;
    const charge = this.#isClosed ? 0 : Math.max(0, grown);
    this.#account.bufferedBytes += charge - this.#charged;
    this.#charged = charge;
  }
}
