/** Tokens of a new connection, and the maximum. A page may cancel some hundred requests at once. */
const MAX_TOKENS = 2_000;

/** Tokens that come back by time alone, for connections that only show that they live. */
const TOKENS_PER_SECOND = 20;

/** Bytes of bodies, in either direction, that are worth one token: a client answers with windows. */
const BYTES_PER_TOKEN = 512;

/** Costs of frames that make work for the proxy and ask for no answer. */
export const Cost = {
  /** SETTINGS, PING, PRIORITY, WINDOW_UPDATE, unknown ones, and empty DATA and CONTINUATION. */
  Frame: 1,
  /** A request that the client cancels, or that is refused or reset for its faults. */
  WastedStream: 10,
} as const;

/** Allowance that an answered request adds. */
const ANSWERED = 20;

/** A client may answer each piece of a response with two windows, however small the piece is. */
const SENT_FRAME = 2;

/**
 * Allowance of one connection for frames that cost the client nothing: resets of requests
 * (CVE-2023-44487), faults that make this side reset them (CVE-2025-8671), PING, SETTINGS, and empty
 * frames (CVE-2019-9512 to 9518). Useful work earns it.
 */
export class FrameBudget {
  #tokens = MAX_TOKENS;
  #filledAtMs: number;
  #bytes = 0;

  readonly #now: () => number;

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
    this.#filledAtMs = now();
  }

  /** Returns false if the connection must end. */
  spend(tokens: number): boolean {
    if (this.#tokens < tokens) {
      const nowMs = this.#now();
      this.#earn((nowMs - this.#filledAtMs) * TOKENS_PER_SECOND / 1_000);
      this.#filledAtMs = nowMs;
    }
    this.#tokens -= tokens;
    return this.#tokens >= 0;
  }

  /** Counts an answered request. */
  answered(): void {
    this.#earn(ANSWERED);
  }

  /** Counts a frame with a part of a response. */
  sent(bytes: number): void {
    this.#earn(SENT_FRAME);
    this.carried(bytes);
  }

  /** Counts bytes of a body. */
  carried(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < BYTES_PER_TOKEN) return;
    this.#earn(Math.floor(this.#bytes / BYTES_PER_TOKEN));
    this.#bytes %= BYTES_PER_TOKEN;
  }

  #earn(tokens: number): void {
    this.#tokens = Math.min(MAX_TOKENS, this.#tokens + tokens);
  }
}
