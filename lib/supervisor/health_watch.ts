import type { Endpoint } from "../system/endpoint.ts";
import { sleep } from "../system/sleep.ts";
import { askStatus } from "./ask_status.ts";
import { ANSWER_MS } from "./health.ts";
import { countHealth, type HealthFailures, healthVerdict } from "./health_verdict.ts";

/** Options of {@linkcode watchHealth}. */
export interface HealthWatchOptions {
  /** Its endpoint is read for each request, because it may change. */
  readonly instance: { readonly endpoint: Endpoint };
  readonly path: string;
  readonly intervalMs: number;
  /** The instance failed too often in a row: one sentence, and when it last was well. */
  readonly onUnhealthy: (reason: string, wellAtMs: number) => void;
  /** The instance was unhealthy, and answers again. */
  readonly onRecovered: () => void;
  readonly signal: AbortSignal;
  readonly ask?: typeof askStatus;
  readonly pause?: typeof sleep;
  readonly now?: () => number;
  /** From 0 to 1: sets the time of the first request within the interval. */
  readonly chance?: number;
}

/**
 * Requests an instance's health path periodically, on its own connections: the proxy, its counts
 * and the idle time ignore these requests. Jitter spreads the checks of functions that became ready
 * together.
 */
export async function watchHealth(options: HealthWatchOptions): Promise<void> {
  const { instance, path, intervalMs, signal } = options;
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
      (late) => ask(instance.endpoint, { path, signal: late }),
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

/** Not `AbortSignal.any`: its signals would accumulate, because an instance may run for months. */
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
