import { readOptionalTextFile } from "./read_optional_text_file.ts";

/** Returns this process's limit of open files (RLIMIT_NOFILE); `Infinity` if it is unknown. */
export async function readOpenFilesLimit(): Promise<number> {
  return parseOpenFilesLimit(await readOptionalTextFile("/proc/self/limits") ?? "");
}

/**
 * Parses the soft limit of open files from `/proc/PID/limits`, proc_pid_limits(5). Deno raises its
 * own soft limit to the hard limit.
 *
 * @example
 * ```ts
 * import { parseOpenFilesLimit } from "./open_files_limit.ts";
 * parseOpenFilesLimit("Max open files            1024                 4096       files\n"); // 1024
 * ```
 */
export function parseOpenFilesLimit(limits: string): number {
  const soft = /^Max open files +(\d+|unlimited) /m.exec(limits)?.[1];
  return soft === undefined || soft === "unlimited" ? Infinity : Number(soft);
}
