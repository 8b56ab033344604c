import { formatLimit } from "../config/limit_options.ts";

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
    const allowed = formatLimit({ unit: "size" }, exit.exhaustedBytes);
    return `ran out of memory${when}: the limit is ${allowed} (memory in ddsrv.json)`;
  }
  if (exit.excess !== undefined) return `was stopped${when}: ${exit.excess}`;
  if (exit.signal === "SIGTRAP") return `ran out of heap memory${when} (SIGTRAP)`;
  return exit.signal === undefined
    ? `exited with code ${exit.code}${when}`
    : `was killed by ${exit.signal}${when}`;
}
