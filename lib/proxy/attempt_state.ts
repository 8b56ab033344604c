import type { Client } from "./context.ts";
import { type Fault, faultOf } from "./http1/fault.ts";
import type { Pulse } from "./pulse.ts";
import type { Wire } from "./http1/wire.ts";

/** The client has disconnected, so there is nobody to answer. */
export const CLIENT_CLOSED: Fault = faultOf("client-closed");

const UPSTREAM_TIMEOUT = faultOf("upstream-timeout", {
  detail: "the function did not respond in time",
});

/** State of one attempt, shared by its upload and its response. */
export class AttemptState {
  /** True when the whole request was written to the function. */
  isUploaded = false;
  /** True when the final response has started; from then on, no time limit applies to it. */
  isAnswered = false;
  /** True when the outcome is known; an upload that still runs must not change anything. */
  isOver = false;
  /** Reason why the proxy closed the function's connection. */
  abort: Fault | undefined;

  readonly #client: Client;
  readonly #upstream: Wire;
  readonly #pulse: Pulse;

  constructor(client: Client, upstream: Wire, pulse: Pulse) {
    this.#client = client;
    this.#upstream = upstream;
    this.#pulse = pulse;
    pulse.waiting++;
  }

  /** Ends the attempt with a fault by closing the function's connection. */
  abortWith(fault: Fault): void {
    if (this.isOver) return;
    this.abort ??= fault;
    this.#upstream.close();
  }

  /** Starts the time limit for the first byte of the response, or starts it again. */
  awaitAnswer(): void {
    if (this.isAnswered || this.isOver) return;
    const { deadlines, context, tally } = this.#client;
    if (tally.isDebug) return;
    deadlines.answer.set(
      context.limits.firstByteTimeoutMs,
      () => this.abortWith(UPSTREAM_TIMEOUT),
    );
  }

  /** Records that the final response has started. */
  answered(): void {
    this.isAnswered = true;
    this.#pulse.waiting--;
    this.#pulse.answers++;
    this.#client.tally.answeredAtMs = performance.now();
    this.#client.deadlines.answer.clear();
  }

  /** Records that the outcome is known. */
  finish(): void {
    this.isOver = true;
    if (!this.isAnswered) this.#pulse.waiting--;
    const { deadlines, wire } = this.#client;
    deadlines.answer.clear();
    deadlines.read.clear();
    wire.onRead = undefined;
  }
}
