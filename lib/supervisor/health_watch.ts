import type { Endpoint } from "../system/endpoint.ts";
import { sleep } from "../system/sleep.ts";
import { askStatus } from "./ask_status.ts";
import { ANSWER_MS } from "./health.ts";
import { countHealth, type HealthFailures, healthVerdict } from "./health_verdict.ts";

/** Options of {@linkcode watchHealth}. */
export interface HealthWatchOptions {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly intervalMs: number;
  /** It has failed too often in a row: one sentence, and when it was last known to be well. */
  readonly onUnhealthy: (reason: string, wellAtMs: number) => void;
  /** It had failed, and answers again. */
  readonly onRecovered: () => void;
  readonly signal: AbortSignal;
  readonly ask?: typeof askStatus;
  readonly pause?: typeof sleep;
  readonly now?: () => number;
  /** From 0 to 1: where in its interval the first request comes. */
  readonly chance?: number;
}

/**
 * Asks an instance for its health path again and again, on connections of its own: the proxy, its
 * counts and the idle time know nothing of it. Functions that became ready together are asked at
 * different times.
 */
export async function watchHealth(options: HealthWatchOptions): Promise<void> {
  const { endpoint, path, intervalMs, signal } = options;
  const { ask = askStatus, pause = sleep, now = () => performance.now() } = options;
  const { chance = Math.random() } = options;
  let failures: HealthFailures = [];
  let isUnhealthy = false;
  let wellAtMs = now();
  await pause(intervalMs * (0.5 + chance / 2), signal);
  while (!signal.aborted) {
    const askedAtMs = now();
    const asked = await askWithin(
      ANSWER_MS,
      signal,
      (late) => ask(endpoint, { path, signal: late }),
    );
    if (signal.aborted) return;
    failures = countHealth(failures, asked);
    const reason = healthVerdict(failures, path);
    if (failures.length === 0 && asked.type !== "unasked") wellAtMs = now();
    if (reason !== undefined && !isUnhealthy) options.onUnhealthy(reason, wellAtMs);
    if (failures.length === 0 && isUnhealthy) options.onRecovered();
    isUnhealthy = reason !== undefined;
    await pause(Math.max(0, intervalMs - (now() - askedAtMs)), signal);
  }
}

/** A signal made of another one would stay known to it: this goes on for months. */
async function askWithin<Answer>(
  ms: number,
  signal: AbortSignal,
  ask: (late: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = setTimeout(end, ms);
  signal.addEventListener("abort", end, { once: true });
  try {
    return await ask(over.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
