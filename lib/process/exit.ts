import { formatSize } from "../config/size.ts";

/** The exit of a process. */
export interface Exit {
  readonly code: number;
  /** Name of the signal that killed it, if known. */
  readonly signal: string | undefined;
  /** Its memory limit in bytes, if it was killed because it exceeded that. */
  readonly exhaustedBytes?: number;
  /** Half a sentence about the disk limit, if ddsrv killed it because it exceeded that. */
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
 * Converts the status of a process. Understands exit codes of bwrap and shells: 128 plus the number
 * of the signal that killed the process.
 */
export function parseExit(status: Pick<Deno.CommandStatus, "code" | "signal">): Exit {
  return { code: status.code, signal: status.signal ?? SIGNALS[status.code - 128] };
}

/**
 * Returns a predicate that says how a process ended, with `when` inside of it.
 *
 * @example
 * ```ts
 * import { describeExit } from "./exit.ts";
 * describeExit({ code: 137, signal: "SIGKILL" }); // "was killed by SIGKILL"
 * describeExit({ code: 1, signal: undefined }, " at the start"); // "exited with code 1 at the start"
 * ```
 */
export function describeExit(exit: Exit, when = ""): string {
  if (exit.exhaustedBytes !== undefined) {
    const allowed = formatSize(exit.exhaustedBytes);
    return `ran out of memory${when}: the limit is ${allowed} (memory in ddsrv.json)`;
  }
  if (exit.excess !== undefined) return `was stopped${when}: ${exit.excess}`;
  if (exit.signal === "SIGTRAP") return `ran out of heap memory${when} (SIGTRAP)`;
  return exit.signal === undefined
    ? `exited with code ${exit.code}${when}`
    : `was killed by ${exit.signal}${when}`;
}
