import { sleep } from "../system/sleep.ts";
import type { InstanceOptions, Opened } from "./open_instance.ts";

/**
 * Opens an instance as long as its folder is there. When a folder is gone, a failure says nothing
 * about the function: the next scan stops it, which aborts the signal, or the folder is back, and it
 * is opened again.
 */
export async function whilePresent<Result extends Opened>(
  { directory, context, signal }: Pick<InstanceOptions, "directory" | "context" | "signal">,
  open: () => Promise<Result>,
  { look = isPresent }: { readonly look?: (path: string) => Promise<boolean> } = {},
): Promise<Result | { readonly type: "aborted" }> {
  for (;;) {
    const opened = await open();
    if (opened.type !== "failed" || await look(directory)) return opened;
    while (!await look(directory)) {
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
