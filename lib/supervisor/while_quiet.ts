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
 * counts only if no more files came. Any launch may fail if its folder is replaced just then.
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
    /** A folder that is away for a moment comes back as another one. */
    const isReplaced = async (): Promise<boolean> => {
      const present = await identify();
      return present === "" || present !== folder;
    };
    const outcome = await launch();
    if (outcome.type !== "failed") return outcome;
    if (outcome.failure.stage === "host" && !await isReplaced()) return outcome;
    const restMs = settings.settleMs - (now() - startedMs);
    if (restMs > 0) await pause(restMs, signal);
    if (signal.aborted) return { type: "aborted" };
    const isOther = await isReplaced();
    // A check that took longer has compared the source itself.
    if (!isOther && restMs <= 0 && outcome.failure.stage !== "start") return outcome;
    const revision = await takeRevision(settings, name, modules());
    const isSame = !isOther && revision === outcome.failure.revision;
    if (isSame || round === MAX_LAUNCHES) return outcome;
    if (restMs <= 0) await pause(settings.settleMs, signal);
  }
}
