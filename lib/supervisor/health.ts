import type { Endpoint } from "../system/endpoint.ts";
import { sleep } from "../system/sleep.ts";
import { type AskedStatus, askStatus } from "./ask_status.ts";

/** What is asked of a function that listens before it gets requests. */
export interface HealthCheck {
  /** What it is asked for, as the function sees it: no prefix stands before it. */
  readonly path: string;
  /** How often it is asked at most. */
  readonly attempts: number;
}

/** How {@linkcode waitUntilHealthy} waits. */
export interface HealthOptions {
  /** Ends the wait: the process ended, it took too long, nobody wants it any more. */
  readonly signal: AbortSignal;
  readonly ask?: typeof askStatus;
  readonly pause?: typeof sleep;
}

/** Pauses between attempts: 0.1 s, 0.4 s, 1.6 s, and then as long as that. */
const FIRST_PAUSE_MS = 100;
const GROWTH = 4;
const LONGEST_PAUSE_MS = 5_000;

/** Timeout of an answer, in milliseconds: a server may accept a connection and send nothing. */
export const ANSWER_MS = 5_000;

/**
 * Asks a function until its health path answers from 200 to 399. Gives what it said last when it
 * never did, and `undefined` when all is well.
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
      return `${describe(asked)} (asked ${attempt} ${attempt === 1 ? "time" : "times"})`;
    }
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * GROWTH);
  }
}

/** Whether a status is that of a healthy function: 200 to 399. */
export function isHealthy(asked: AskedStatus): boolean {
  return asked.type === "status" && asked.status >= 200 && asked.status < 400;
}

function describe(asked: AskedStatus): string {
  return asked.type === "status" ? `it answered ${asked.status}` : asked.reason;
}
