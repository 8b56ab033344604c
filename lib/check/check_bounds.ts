import { describeDuration } from "../system/describe_duration.ts";

/** Private memory of each process of a check that may be written to, in bytes, used or not. */
export const MAX_DATA_BYTES: number = 4 * 1024 ** 3;

/** Size of a file that a check writes, in bytes. */
export const MAX_FILE_BYTES: number = 512 * 1024 ** 2;

/** The bounds of one check, which the operator sets. */
export interface CheckBounds {
  /** Processor time of all its processes together, in milliseconds. */
  readonly cpuTimeMs: number;
  /** Time by the clock, in milliseconds, from when it runs. */
  readonly timeoutMs: number;
}

/**
 * The bound that ended a check: memory, processor time, or time by the clock. `killed` is none of
 * them: a SIGKILL that nobody here sent, as of the kernel when the host is out of memory.
 */
export type Exhausted = "memory" | "cpu" | "time" | "killed";

/** A check that a bound has ended, and what its author and the operator are told. */
export interface EndedCheck {
  readonly exhausted: Exhausted;
  readonly diagnostics: string;
}

/** Exit code, processor time and the reason why the commands of a check ended. */
export interface CheckEnd {
  /** Exit code of the command that failed, 128 and the signal's number after a signal. */
  readonly code: number;
  /** Processor time of the check, in milliseconds, where it is known. */
  readonly cpuMs: number | undefined;
  /** The bound that the supervisor has ended it for. */
  readonly stopped: "cpu" | "time" | undefined;
}

/** Signals as exit codes, from V8 and Rust without memory, from the kernel, and setrlimit(2). */
const [SIGTRAP, SIGABRT, SIGKILL, SIGXCPU, SIGXFSZ] = [133, 134, 137, 152, 153];

/**
 * The bound that ended a check; `undefined` when it ended by itself.
 *
 * @example
 * ```ts
 * import { endOf } from "./check_bounds.ts";
 * const bounds = { cpuTimeMs: 60_000, timeoutMs: 600_000 };
 * endOf({ code: 152, cpuMs: undefined, stopped: undefined }, bounds)?.exhausted; // "cpu"
 * ```
 */
export function endOf(end: CheckEnd, bounds: CheckBounds): EndedCheck | undefined {
  const { code, cpuMs, stopped } = end;
  if (stopped === "time") return { exhausted: stopped, diagnostics: describeLate(bounds, cpuMs) };
  // The kernel ends a process with SIGXCPU first, and with SIGKILL if that does not help.
  const isUsedUp = code === SIGXCPU || code === SIGKILL && (cpuMs ?? 0) >= bounds.cpuTimeMs;
  if (stopped === "cpu" || isUsedUp) {
    return { exhausted: "cpu", diagnostics: describeCpu(bounds) };
  }
  switch (code) {
    case SIGTRAP:
    case SIGABRT:
      return { exhausted: "memory", diagnostics: OUT_OF_MEMORY };
    case SIGXFSZ:
      return { exhausted: "memory", diagnostics: FILE_TOO_LARGE };
    case SIGKILL:
      return { exhausted: "killed", diagnostics: KILLED };
    default:
      return undefined;
  }
}

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const OUT_OF_MEMORY =
  `The check ran out of memory: each of its processes may have ${MAX_DATA_BYTES / GIB}GiB. ` +
  "Import less";

const FILE_TOO_LARGE = `The check wrote a file of more than ${
  MAX_FILE_BYTES / MIB
}MiB, which is its bound. Import less`;

const KILLED =
  "The check was killed by SIGKILL, and not by a bound of its own: the host may be out of memory. " +
  "Import less, or give the host more memory";

function describeCpu({ cpuTimeMs }: CheckBounds): string {
  const time = describeDuration(cpuTimeMs);
  return `The check used its ${time} of processor time. Import less, or have the operator raise ` +
    "checkCpuTime";
}

function describeLate({ timeoutMs }: CheckBounds, cpuMs: number | undefined): string {
  const time = describeDuration(timeoutMs);
  const used = cpuMs === undefined ? "" : ` It used ${describeDuration(cpuMs)} of processor time.`;
  return `The check did not end within ${time}.${used} A host that it fetches from may be slow, or ` +
    "the machine has too much to do. Try again, or have the operator raise checkTimeout";
}
