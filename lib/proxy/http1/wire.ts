/** Largest buffer of a connection whose body streams; with less, large bodies pass slower. */
const LARGE = 256 * 1024;
const GROWTH = 4;

/** Most that is kept of what a client sends ahead of its turn. */
const AHEAD = 64 * 1024;

const NOTHING_MORE = Promise.resolve(false);

/** What is needed of a connection; `Deno.TcpConn` has it. */
export interface Connection {
  readonly read: (into: Uint8Array) => Promise<number | null>;
  readonly write: (bytes: Uint8Array) => Promise<number>;
  /** Ends our side; the peer may go on. */
  readonly closeWrite: () => Promise<void>;
  readonly close: () => void;
  /** Closes without handing over what was written, where `close` does hand it over. */
  readonly abort?: () => void;
}

/** Memory account shared by the buffers of several wires, beyond the first size of each. */
export interface BufferAccount {
  bufferedBytes: number;
  /** Maximum: beyond it, buffers stop growing. */
  readonly maxBufferedBytes: number;
}

/** Account without a limit. */
const UNBOUNDED: BufferAccount = { bufferedBytes: 0, maxBufferedBytes: Infinity };

/**
 * One side of the proxy: a connection and the bytes that were read from it and not yet used. At
 * most one read is under way; it may be left pending, to learn that the peer goes away, and is then
 * the next one that somebody waits for.
 */
export class Wire {
  buffer: Uint8Array<ArrayBuffer>;
  /** First unused byte. */
  start = 0;
  /** Behind the last byte that was read. */
  end = 0;
  /** Whether the peer has ended its side, or the connection broke. */
  isEnded = false;
  /** Whether the end was no orderly one: a reset, or our own closing. */
  isBroken = false;
  /** Whether its next message is waited for, and not a byte of that has come. */
  isIdle = false;
  /** Bytes that were written in all. */
  written = 0;
  /** Bytes that were read in all. */
  received = 0;
  /** Called when a read ends that nobody may be waiting for, and when the wire is closed. */
  onRead: ((hasBytes: boolean) => void) | undefined;

  #reading: Promise<boolean> | undefined;
  #isClosed = false;
  #account: BufferAccount;
  /** Its share of the account. */
  #charged = 0;
  /** Bytes of buffers that somebody else still looks at. */
  #detached = 0;

  /** `capacity` is the buffer's size in bytes while the connection waits for its next message. */
  constructor(
    readonly connection: Connection,
    readonly capacity: number,
    account: BufferAccount = UNBOUNDED,
  ) {
    this.buffer = new Uint8Array(capacity);
    this.#account = account;
  }

  /** Whether the next read finds room; the account may forbid a full buffer to grow. */
  get hasRoom(): boolean {
    const isFull = this.end - this.start === this.buffer.length;
    return !isFull || this.#mayGrowBy(this.buffer.length);
  }

  /** From now on its buffer is a part of this account; without one, of none. */
  chargeTo(account: BufferAccount = UNBOUNDED): void {
    if (account === this.#account) return;
    this.#account.bufferedBytes -= this.#charged;
    this.#charged = 0;
    this.#account = account;
    this.#charge();
  }

  /** Reads what comes next, and tells whether anything did. Nothing comes after the end. */
  fill(): Promise<boolean> {
    if (this.isEnded && this.#reading === undefined) return NOTHING_MORE;
    return this.#reading ??= this.#read();
  }

  /**
   * Makes the buffer larger when what was read last has filled it, and all of that is used: then
   * more is likely to wait than it holds. A stream of small events keeps a small one.
   */
  growIfFilled(): void {
    const { length } = this.buffer;
    const isFilled = this.start === this.end && this.end === length;
    if (!isFilled || length >= LARGE || this.#reading !== undefined) return;
    const size = Math.min(LARGE, length * GROWTH);
    if (this.#mayGrowBy(size - length)) this.#resize(size);
  }

  /** Gives a large buffer back, while nothing is in it. */
  expectLittle(): void {
    const isFree = this.start === this.end && this.#reading === undefined;
    this.#detached = 0;
    if (isFree && this.buffer.length > this.capacity) this.#resize(this.capacity);
    else if (this.#charged > 0) this.#charge();
  }

  /**
   * Leaves the buffer to whoever still looks at what was read from it, and goes on with a new one.
   * While a read is under way nothing can be moved; what was read stays where it is until the next.
   */
  detach(): void {
    if (this.#reading !== undefined) return;
    const isFull = this.end - this.start >= this.capacity;
    this.#detached += this.buffer.length;
    this.#resize(isFull && this.#mayGrowBy(AHEAD) ? AHEAD : this.capacity);
  }

  /** Writes all of `bytes`; rejects when the peer does not take them. */
  async write(bytes: Uint8Array): Promise<void> {
    let count = await this.connection.write(bytes);
    this.written += count;
    for (let written = count; written < bytes.length; written += count) {
      count = await this.connection.write(bytes.subarray(written));
      this.written += count;
    }
  }

  /** Closes the connection; what is under way on it ends. */
  close(): void {
    this.#close(() => this.connection.close());
  }

  /** Closes the connection of a peer that has been sent nothing. */
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
      // The peer's reset had closed it.
    }
    // Without a read under way, nobody would learn of it.
    if (this.#reading === undefined) this.onRead?.(false);
  }

  async #read(): Promise<boolean> {
    let hasBytes = false;
    try {
      if (this.start === this.end) this.start = this.end = 0;
      else if (this.end === this.buffer.length) this.#makeRoom();
      const free = this.end === 0 ? this.buffer : this.buffer.subarray(this.end);
      const count = await this.connection.read(free);
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
