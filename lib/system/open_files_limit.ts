import { readOptionalTextFile } from "./read_optional_text_file.ts";

/** Limit of open files of this process (RLIMIT_NOFILE); `Infinity` where it is unknown. */
export async function readOpenFilesLimit(): Promise<number> {
  return parseOpenFilesLimit(await readOptionalTextFile("/proc/self/limits") ?? "");
}

/**
 * The soft limit of open files in `/proc/PID/limits` (proc_pid_limits(5)); Deno raises its own to
 * the hard one.
 *
 * @example
 * ```ts
 * import { parseOpenFilesLimit } from "./open_files_limit.ts"; parseOpenFilesLimit("Max open files
 * 1024                 4096        files     \n"); // 1024
 * ```
 */
export function parseOpenFilesLimit(limits: string): number {
  const soft = /^Max open files +(\d+|unlimited) /m.exec(limits)?.[1];
  return soft === undefined || soft === "unlimited" ? Infinity : Number(soft);
}
