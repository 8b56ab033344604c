import { formatLimit } from "../config/limit_options.ts";

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
 * Describes an exit in half a sentence.
 *
 * @example
 * ```ts
 * import { describeExit } from "./exit.ts";
 * describeExit({ code: 137, signal: "SIGKILL" }); // "it was ended by SIGKILL"
 * ```
 */
export function describeExit(exit: Exit): string {
  if (exit.exhaustedBytes !== undefined) {
    const allowed = formatLimit({ unit: "size" }, exit.exhaustedBytes);
    return `it ran out of memory: it may use ${allowed} (memory in ddsrv.json)`;
  }
  if (exit.excess !== undefined) return exit.excess;
  if (exit.signal === "SIGTRAP") return "it ran out of heap memory (SIGTRAP)";
  return exit.signal === undefined
    ? `it exited with code ${exit.code}`
    : `it was ended by ${exit.signal}`;
}
