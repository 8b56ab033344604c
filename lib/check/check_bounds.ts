import { describeDuration } from "../system/describe_duration.ts";

/** Limit of private writable memory of each process of a check in bytes, used or not. */
export const MAX_DATA_BYTES: number = 4 * 1024 ** 3;

/** Limit of the size of a file that a check writes, in bytes. */
export const MAX_FILE_BYTES: number = 512 * 1024 ** 2;

/** Limits of one check, which the operator sets. */
export interface CheckBounds {
  /** CPU time of all its processes together, in milliseconds. */
  readonly cpuTimeMs: number;
  readonly timeoutMs: number;
}

/**
 * Limit that ended a check: memory, CPU time or running time. `killed` is none of them: another
 * program or the kernel sent SIGKILL, for example because the host is out of memory.
 */
export type Exhausted = "memory" | "cpu" | "time" | "killed";

/** A check that a limit ended, with a message for its author and the operator. */
export interface EndedCheck {
  readonly exhausted: Exhausted;
  readonly diagnostics: string;
}

/** Exit code, CPU time and stop reason of the commands of a check. */
export interface CheckEnd {
  /** Exit code of the command that failed; 128 plus the signal number after a signal. */
  readonly code: number;
  /** CPU time of the check in milliseconds, if known. */
  readonly cpuMs: number | undefined;
  /** Limit for which the supervisor stopped the check. */
  readonly stopped: "cpu" | "time" | undefined;
}

/** Signals as exit codes: of V8 and Rust without memory, of the kernel, and of setrlimit(2). */
const [SIGTRAP, SIGABRT, SIGKILL, SIGXCPU, SIGXFSZ] = [133, 134, 137, 152, 153];

/**
 * Returns the limit that ended a check; `undefined` when no limit did.
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
  if (stopped === "time") {
    return { exhausted: stopped, diagnostics: describeTimeout(bounds, cpuMs) };
  }
  // The kernel sends SIGXCPU first, and SIGKILL if the process continues.
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
  `The check ran out of memory: the limit of each process is ${MAX_DATA_BYTES / GIB}GiB. ` +
  "Import fewer modules";

const FILE_TOO_LARGE = `The check wrote a file of more than ${
  MAX_FILE_BYTES / MIB
}MiB, which is the limit. Import fewer modules`;

const KILLED =
  "The check was killed by SIGKILL, but not for one of its limits: the host may be out of " +
  "memory. Import fewer modules, or add memory to the host";

function describeCpu({ cpuTimeMs }: CheckBounds): string {
  const time = describeDuration(cpuTimeMs);
  return `The check used its CPU time limit of ${time}. Import fewer modules, or ask the ` +
    "operator to raise checkCpuTime";
}

function describeTimeout({ timeoutMs }: CheckBounds, cpuMs: number | undefined): string {
  const time = describeDuration(timeoutMs);
  const used = cpuMs === undefined ? "" : ` It used ${describeDuration(cpuMs)} of CPU time.`;
  return `The check did not end within ${time}.${used} A host from which it fetches may be slow, ` +
    "or this machine may be overloaded. Try again, or ask the operator to raise checkTimeout";
}
