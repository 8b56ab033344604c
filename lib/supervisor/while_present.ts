import { sleep } from "../system/sleep.ts";
import type { InstanceOptions, LaunchOutcome } from "./open_instance.ts";

/**
 * Launches an instance while its folder exists. A failure without the folder says nothing about the
 * function: either the next scan stops it, which aborts the signal, or the folder comes back, and
 * this launches it again.
 */
export async function whilePresent<Result extends LaunchOutcome>(
  { directory, context, signal }: Pick<InstanceOptions, "directory" | "context" | "signal">,
  launch: () => Promise<Result>,
  { exists = isPresent }: { readonly exists?: (path: string) => Promise<boolean> } = {},
): Promise<Result | { readonly type: "aborted" }> {
  for (;;) {
    const outcome = await launch();
    if (outcome.type !== "failed" || await exists(directory)) return outcome;
    while (!await exists(directory)) {
      if (signal.aborted) return { type: "aborted" };
      await sleep(context.settings.settleMs, signal);
    }
  }
}

async function isPresent(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
