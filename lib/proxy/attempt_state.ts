import type { Client } from "./context.ts";
import { type Fault, faultOf } from "./http1/fault.ts";
import type { Pulse } from "./pulse.ts";
import type { Wire } from "./http1/wire.ts";

/** The client is gone, or is taken for gone: nobody is answered. */
export const CLIENT_CLOSED: Fault = faultOf("client-closed");

const UPSTREAM_TIMEOUT = faultOf("upstream-timeout", {
  detail: "the function did not answer in time",
});

/** How one request on one connection to a function stands; both its ways go by it. */
export class AttemptState {
  /** Whether the function's connection has taken the whole request. */
  isUploaded = false;
  /** Whether the answer itself has begun; from then on the function may take its time. */
  isAnswered = false;
  /** Whether the attempt has come to its outcome; what is still under way must leave all alone. */
  isOver = false;
  /** Why the function's connection was closed under way. */
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

  /** Ends the attempt by closing the function's connection. */
  abortWith(fault: Fault): void {
    if (this.isOver) return;
    this.abort ??= fault;
    this.#upstream.close();
  }

  /** From now on, the function has its time to begin with the answer. */
  awaitAnswer(): void {
    if (this.isAnswered || this.isOver) return;
    const { deadlines, context } = this.#client;
    deadlines.answer.set(
      context.limits.firstByteTimeoutMs,
      () => this.abortWith(UPSTREAM_TIMEOUT),
    );
  }

  /** The answer is there. */
  answered(): void {
    this.isAnswered = true;
    this.#pulse.waiting--;
    this.#pulse.answers++;
    this.#client.tally.answeredAtMs = performance.now();
    this.#client.deadlines.answer.clear();
  }

  /** The attempt has come to its outcome. */
  finish(): void {
    this.isOver = true;
    if (!this.isAnswered) this.#pulse.waiting--;
    const { deadlines, wire } = this.#client;
    deadlines.answer.clear();
    deadlines.read.clear();
    wire.onRead = undefined;
  }
}
