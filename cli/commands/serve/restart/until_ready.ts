import type { Supervisor } from "../../../../lib/supervisor/supervisor.ts";
import { statusOf } from "../../../../lib/supervisor/state.ts";

/** Statuses of a function that starts nothing by itself soon. */
const LOST = new Set(["failed", "backoff"]);

/**
 * Starts functions and waits until each of them serves. Functions without a folder are skipped.
 *
 * @throws {Error} if one can't serve
 */
export async function untilReady(
  supervisor: Pick<Supervisor, "functions" | "unsettled" | "want" | "changed">,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const aborted = new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
  while (!signal.aborted) {
    const changed = supervisor.changed();
    for (const name of names) {
      const state = supervisor.functions.get(name);
      if (state !== undefined && statusOf(state) === "idle") supervisor.want(name);
    }
    if (!names.map((name) => waitsFor(name, supervisor)).includes(true)) return;
    await Promise.race([changed, aborted]);
  }
}

function waitsFor(
  name: string,
  { functions, unsettled }: Parameters<typeof untilReady>[0],
): boolean {
  const state = functions.get(name);
  if (state === undefined) return unsettled.has(name);
  if (!state.isWanted || state.stoppedByHand !== undefined || state.serving !== undefined) {
    return false;
  }
  if (!LOST.has(statusOf(state))) return true;
  const { failure } = state;
  throw new Error(
    `"${name}" serves now, and would not after the restart: ${failure?.reason ?? "it fails"}. ` +
      "Fix it, or stop it (ddsrv stop)",
  );
}
