import { sleep } from "../../../lib/system/sleep.ts";

/** Pauses between attempts, like those of `lib/process/wait_for_listener.ts`. */
const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 50;
const PATIENCE_MS = 60_000;

/** Sends requests until a server answers. */
export async function firstAnswer(url: string): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; performance.now() < untilMs;) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      return;
    } catch {
      // No process listens yet.
    }
    await sleep(pauseMs);
    pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 1.2);
  }
  throw new Error(`${url} never answered`);
}
