import type { Supervisor } from "../../../../lib/supervisor/supervisor.ts";
import type { StopSignals } from "../signals.ts";
import type { Predecessor } from "./predecessor.ts";
import { untilReady } from "./until_ready.ts";

/** Options of {@linkcode takeOver}. */
export interface TakeOverOptions {
  readonly predecessor: Predecessor;
  readonly supervisor: Supervisor;
  readonly signals: Pick<StopSignals, "first">;
}

/**
 * Starts the functions that the predecessor serves, tells it that they are ready, and waits until this
 * process must serve. Returns at once if the predecessor ends, or a signal stops this process.
 *
 * @throws {Error} if a function that serves now can't serve
 */
export async function takeOver(
  { predecessor, supervisor, signals }: TakeOverOptions,
): Promise<void> {
  const over = new AbortController();
  const ended = Promise.race([predecessor.begin, signals.first]);
  void ended.then(() => over.abort());
  await Promise.race([supervisor.scan(), signals.first]);
  await untilReady(supervisor, await predecessor.serving, over.signal);
  await predecessor.send({ type: "ready" });
  await ended;
}
