import type { Upstream } from "../proxy/upstream.ts";
import { sleep } from "../system/sleep.ts";

/** Options of {@linkcode drainInstance}. */
export interface DrainOptions {
  readonly upstream: Pick<Upstream, "drained">;
  /** Returns true while the instance has background work. */
  readonly hasWork: () => boolean;
  /** Resolves when the process has ended. */
  readonly ended: Promise<unknown>;
  /** Time for in-flight requests. */
  readonly drainMs: number;
  /** Time for background work, from the same moment. */
  readonly backgroundMs: number;
  /** Aborts when background work must not be waited for any more. */
  readonly enough: AbortSignal;
  /** Aborts when nothing must be waited for any more. */
  readonly force: AbortSignal;
}

/** Pause between two looks at background work. */
const LOOK_MS = 100;

/** Waits for in-flight requests, and then for the work that they may have left behind. */
export async function drainInstance(options: DrainOptions): Promise<void> {
  const { upstream, hasWork, drainMs, backgroundMs, enough, force } = options;
  const beganMs = performance.now();
  const over = new AbortController();
  const ended = options.ended.then(() => over.abort());
  const signal = AbortSignal.any([force, over.signal]);
  const drained = new AbortController();
  const late = sleep(drainMs, AbortSignal.any([signal, drained.signal]));
  await Promise.race([upstream.drained(), ended, late]);
  drained.abort();
  const either = AbortSignal.any([signal, enough]);
  while (!either.aborted && performance.now() - beganMs < backgroundMs && hasWork()) {
    await sleep(LOOK_MS, either);
  }
}
