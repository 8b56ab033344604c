import { sleep } from "../system/sleep.ts";
import type { Exit } from "./exit.ts";
import type { FunctionProcess } from "./spawn.ts";

/** How {@linkcode stopProcess} goes about it. */
export interface StopOptions {
  /** How long the process may take after SIGTERM. */
  readonly graceMs: number;
  /** Cuts the grace short. */
  readonly force?: AbortSignal;
}

/** The stop ladder: SIGTERM to the process, and after the grace time SIGKILL to its sandbox. */
export async function stopProcess(process: FunctionProcess, options: StopOptions): Promise<Exit> {
  const over = new AbortController();
  const ended = process.ended.finally(() => over.abort());
  const cut = AbortSignal.any([over.signal, ...(options.force ? [options.force] : [])]);
  await process.terminate();
  await sleep(options.graceMs, cut);
  await process.kill();
  return await ended;
}
