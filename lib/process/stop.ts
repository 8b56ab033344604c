import { sleep } from "../system/sleep.ts";
import type { Exit } from "./exit.ts";
import type { FunctionProcess } from "./spawn.ts";

/** Options of {@linkcode stopProcess}. */
export interface StopOptions {
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Ends the grace time at once. */
  readonly force?: AbortSignal;
}

/** Stops a process: sends SIGTERM to it, and after the grace time SIGKILL to its sandbox. */
export async function stopProcess(process: FunctionProcess, options: StopOptions): Promise<Exit> {
  const over = new AbortController();
  const ended = process.ended.finally(() => over.abort());
  const cut = AbortSignal.any([over.signal, ...(options.force ? [options.force] : [])]);
  await process.terminate();
  await sleep(options.graceMs, cut);
  await process.kill();
  return await ended;
}
