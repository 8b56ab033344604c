import { readProcFile } from "../system/read_proc_file.ts";

/**
 * State of a process's main thread, on which Deno runs code and the event loop. `idle`: it waits for
 * events. `busy`: it runs, is stopped, or is in any other system call. `unknown`: it sleeps, but
 * this process may not read in which system call. `gone`: it has exited.
 */
export type MainThread = "idle" | "busy" | "unknown" | "gone";

/** Numbers of epoll_wait(2), epoll_pwait(2) and epoll_pwait2(2), where Deno's event loop waits. */
const EPOLL_CALLS: Readonly<Record<typeof Deno.build.arch, readonly string[]>> = {
  x86_64: ["232", "281", "441"],
  aarch64: ["22", "441"],
};

/** Reads the state of a process's main thread. */
export async function readMainThread(pid: number): Promise<MainThread> {
  const directory = `/proc/${pid}/task/${pid}`;
  const [stat, call] = await Promise.all([
    readProcFile(`${directory}/stat`),
    // Reading this needs the right to trace the process (CAP_SYS_PTRACE).
    readProcFile(`${directory}/syscall`).catch(() => ""),
  ]);
  return parseMainThread({ stat, call, arch: Deno.build.arch });
}

/**
 * Parses the texts of `stat` and `syscall` below `/proc/PID/task/PID`; `call` is empty if it cannot
 * be read. Source: proc_pid_stat(5), proc_pid_syscall(5).
 *
 * @example
 * ```ts
 * import { parseMainThread } from "./main_thread.ts";
 * parseMainThread({ stat: "7 (deno) S 1", call: "232 0x3", arch: "x86_64" }); // "idle"
 * ```
 */
export function parseMainThread(
  { stat, call, arch }: {
    readonly stat: string;
    readonly call: string;
    readonly arch: typeof Deno.build.arch;
  },
): MainThread {
  // The command's name is in parentheses and may contain any character.
  const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  if (stat === "" || "ZX".includes(state)) return "gone";
  // Running, runnable or stopped: the system call does not matter.
  if ("RTt".includes(state)) return "busy";
  const [number = ""] = call.trim().split(" ");
  if (number === "") return "unknown";
  return EPOLL_CALLS[arch].includes(number) ? "idle" : "busy";
}
