import { formatSize } from "../config/size.ts";

/** How a process ended. */
export interface Exit {
  readonly code: number;
  /** Set when a signal ended it, and that is known. */
  readonly signal: string | undefined;
  /** The memory in bytes that it was allowed, when it was ended because it wanted more. */
  readonly exhaustedBytes?: number;
  /** The disk limit that it exceeded when ddsrv ended it for that: half a sentence. */
  readonly excess?: string;
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  5: "SIGTRAP",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  15: "SIGTERM",
  31: "SIGSYS",
};

/**
 * The end of a process as bwrap passes it on: 128 and the signal's number, where a signal ended it.
 */
export function parseExit(status: Pick<Deno.CommandStatus, "code" | "signal">): Exit {
  return { code: status.code, signal: status.signal ?? SIGNALS[status.code - 128] };
}

/**
 * Says in half a sentence how a process ended.
 *
 * @example
 * ```ts
 * import { describeExit } from "./exit.ts";
 * describeExit({ code: 137, signal: "SIGKILL" }); // "it was ended by SIGKILL"
 * ```
 */
export function describeExit(exit: Exit): string {
  if (exit.exhaustedBytes !== undefined) {
    const allowed = formatSize(exit.exhaustedBytes);
    return `it ran out of memory: it may use ${allowed} (memory in ddsrv.json)`;
  }
  if (exit.excess !== undefined) return exit.excess;
  if (exit.signal === "SIGTRAP") return "it ran out of heap memory (SIGTRAP)";
  return exit.signal === undefined
    ? `it exited with code ${exit.code}`
    : `it was ended by ${exit.signal}`;
}
