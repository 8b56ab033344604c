import { type Modules, takeRevision } from "../function/revision.ts";
import { sleep } from "../system/sleep.ts";
import type { InstanceOptions, LaunchOutcome } from "./open_instance.ts";

/** Options of {@linkcode whileQuiet}. */
export interface QuietOptions extends Pick<InstanceOptions, "context" | "name" | "signal"> {
  /** Returns the modules by which the last check took the revision. */
  readonly modules: () => Modules;
}

/** Maximum number of launches while the source keeps changing. */
const MAX_LAUNCHES = 10;

/**
 * Launches an instance, and launches it again if it fails and its source changes within `settleMs`
 * of the launch. A launch begins sooner than that after the last write if the files look complete;
 * a failure counts only if no more files came.
 */
export async function whileQuiet(
  { context, name, signal, modules }: QuietOptions,
  launch: () => Promise<LaunchOutcome>,
  { now = () => performance.now(), pause = sleep }: {
    readonly now?: () => number;
    readonly pause?: typeof sleep;
  } = {},
): Promise<LaunchOutcome> {
  const { settings } = context;
  for (let round = 1;; round++) {
    const startedMs = now();
    const outcome = await launch();
    if (outcome.type !== "failed" || outcome.failure.stage === "host") return outcome;
    const restMs = settings.settleMs - (now() - startedMs);
    if (restMs <= 0) return outcome;
    await pause(restMs, signal);
    if (signal.aborted) return { type: "aborted" };
    const revision = await takeRevision(settings, name, modules());
    if (revision === outcome.failure.revision || round === MAX_LAUNCHES) return outcome;
  }
}
