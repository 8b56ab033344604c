import { identifyFolder } from "../function/folder_identity.ts";
import { type Modules, takeRevision } from "../function/revision.ts";
import { sleep } from "../system/sleep.ts";
import type { InstanceOptions, LaunchOutcome } from "./open_instance.ts";

/** Options of {@linkcode whileQuiet}. */
export interface QuietOptions
  extends Pick<InstanceOptions, "context" | "name" | "directory" | "signal"> {
  /** Returns the modules by which the last check took the revision. */
  readonly modules: () => Modules;
}

/** Maximum number of launches while the source keeps changing. */
const MAX_LAUNCHES = 10;

/**
 * Launches an instance, and launches it again if it fails and its source has changed meanwhile. A
 * launch begins soon after the last write if the files look complete; a failure within `settleMs`
 * counts only if no more files came. A start fails if its folder is replaced just then.
 */
export async function whileQuiet(
  { context, name, directory, signal, modules }: QuietOptions,
  launch: () => Promise<LaunchOutcome>,
  { now = () => performance.now(), pause = sleep }: {
    readonly now?: () => number;
    readonly pause?: typeof sleep;
  } = {},
): Promise<LaunchOutcome> {
  const { settings } = context;
  const identify = (): Promise<string> => identifyFolder(directory).catch(() => "");
  for (let round = 1;; round++) {
    const startedMs = now();
    const folder = await identify();
    const outcome = await launch();
    if (outcome.type !== "failed" || outcome.failure.stage === "host") return outcome;
    const restMs = settings.settleMs - (now() - startedMs);
    if (restMs > 0) await pause(restMs, signal);
    if (signal.aborted) return { type: "aborted" };
    const isReplaced = folder !== await identify();
    // A check that took longer has compared the source itself.
    if (!isReplaced && restMs <= 0 && outcome.failure.stage !== "start") return outcome;
    const revision = await takeRevision(settings, name, modules());
    const isSame = !isReplaced && revision === outcome.failure.revision;
    if (isSame || round === MAX_LAUNCHES) return outcome;
    if (restMs <= 0) await pause(settings.settleMs, signal);
  }
}
