import type { Endpoint } from "../system/endpoint.ts";
import { sleep } from "../system/sleep.ts";
import { type AskedStatus, askStatus } from "./ask_status.ts";

/** Health check of a function that listens, before it gets requests. */
export interface HealthCheck {
  /** Request path, without the prefix of the function's name. */
  readonly path: string;
  /** Maximum number of requests. */
  readonly attempts: number;
}

/** Options of {@linkcode waitUntilHealthy}. */
export interface HealthOptions {
  /** Ends the wait, for example because the process has ended or the timeout is over. */
  readonly signal: AbortSignal;
  readonly ask?: typeof askStatus;
  readonly pause?: typeof sleep;
}

/** Pauses between attempts: 0.1 s, 0.4 s, 1.6 s, and then 5 s each. */
const FIRST_PAUSE_MS = 100;
const GROWTH = 4;
const LONGEST_PAUSE_MS = 5_000;

/** Timeout of an answer, in milliseconds: a server may accept a connection and send nothing. */
export const ANSWER_MS = 5_000;

/**
 * Requests a function's health path until it answers with 200 to 399. Returns `undefined` when it
 * did, else the last problem.
 */
export async function waitUntilHealthy(
  endpoint: Endpoint,
  { path, attempts }: HealthCheck,
  { signal, ask = askStatus, pause = sleep }: HealthOptions,
): Promise<string | undefined> {
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempt = 1;; attempt++) {
    const late = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const asked = await ask(endpoint, { path, signal: late });
    if (isHealthy(asked)) return undefined;
    if (attempt < attempts) await pause(pauseMs, signal);
    if (attempt >= attempts || signal.aborted) {
      return `${describe(asked)} (${attempt} ${attempt === 1 ? "attempt" : "attempts"})`;
    }
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * GROWTH);
  }
}

/** Returns true for a status from 200 to 399. */
export function isHealthy(asked: AskedStatus): boolean {
  return asked.type === "status" && asked.status >= 200 && asked.status < 400;
}

function describe(asked: AskedStatus): string {
  return asked.type === "status" ? `status ${asked.status}` : asked.reason;
}
