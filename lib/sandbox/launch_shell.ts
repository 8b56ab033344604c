/** Steps of the first shell of a launch chain before it becomes the command. */
export interface LaunchShellOptions {
  /** Files by which the process joins control groups before all else, see `ControlGroup`. */
  readonly joinFiles?: readonly string[] | undefined;
  /** Path of a filter of system calls, which is open as {@linkcode FILTER_DESCRIPTOR} then. */
  readonly systemCallFilter?: string | undefined;
  /** Paths that are open as the descriptors of {@linkcode PLACE_DESCRIPTORS} then, in this order. */
  readonly places?: readonly string[];
  readonly limits?: ProcessLimits | undefined;
}

/** Bounds of each process by itself, see getrlimit(2). */
export interface ProcessLimits {
  /**
   * Seconds of processor time; a process that takes more ends by SIGXCPU, and some seconds later, if
   * it heeds no signal, by SIGKILL.
   */
  readonly cpuSeconds?: number;
  /** Size that a file may have, in bytes; counted in blocks of 512. */
  readonly fileBytes?: number;
  /**
   * Private memory that may be written to, in bytes, used or not; counted in KiB. Deno itself has
   * some 550 MiB of it from the start, and does not start with less than 640.
   */
  readonly dataBytes?: number;
  /** Open files. */
  readonly files?: number;
}

/** File descriptor on which the command finds the standard input of the chain. */
export const INPUT_DESCRIPTOR = "3";

/** File descriptor on which the command finds the system call filter. */
export const FILTER_DESCRIPTOR = "4";

/** File descriptors of the places, for the command; dash(1) opens none above 9. */
export const PLACE_DESCRIPTORS: readonly string[] = ["5", "6", "7", "8", "9"];

/** So many open files where nothing else is wanted and the host allows it. */
const DEFAULT_FILES = 65_536;

/** Seconds of processor time between SIGXCPU and SIGKILL. */
const KILL_AFTER_SECONDS = 2;

const OPENED = [FILTER_DESCRIPTOR, ...PLACE_DESCRIPTORS];

/**
 * Arguments: for each of the descriptors from 4 to 9 a path or `-`; options and values of ulimit up
 * to `--`; files of groups up to `--`; the command. A core dump would put a function's memory on
 * the host's disk.
 */
const SCRIPT = [
  "exec 3<&0 0</dev/null",
  ...OPENED.map((descriptor, index) => {
    const path = `"$${index + 1}"`;
    return `[ ${path} = - ] || exec ${descriptor}<${path} || exit 125`;
  }),
  `shift ${OPENED.length}`,
  "ulimit -c 0",
  `ulimit -n ${DEFAULT_FILES} 2>/dev/null`,
  'while [ "$1" != -- ]; do ulimit "$1" "$2" || exit 125; shift 2; done; shift',
  'while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift',
  'exec "$@"',
].join("; ");

/**
 * A command that begins with a shell, which opens files, sets limits and joins groups, and then
 * becomes the command. Deno.Command can do none of these. The files that it opens stay open in the
 * command; bwrap(1) closes each that it is given by an option.
 *
 * @throws {RangeError} when there are more places than descriptors for them
 */
export function launchShell(options: LaunchShellOptions, command: readonly string[]): string[] {
  const { joinFiles = [], systemCallFilter = "-", places = [], limits = {} } = options;
  if (places.length > PLACE_DESCRIPTORS.length) {
    throw new RangeError(`At most ${PLACE_DESCRIPTORS.length} places can be held for one sandbox`);
  }
  const paths = PLACE_DESCRIPTORS.map((_, index) => places[index] ?? "-");
  return [
    ...["sh", "-c", SCRIPT, "sh", systemCallFilter, ...paths],
    ...[...ulimitArguments(limits), "--", ...joinFiles, "--", ...command],
  ];
}

/** SIGXCPU tells why a process ended, which SIGKILL, sent where both limits are one, does not. */
function cpuArguments(seconds: number): string[] {
  return ["-St", String(seconds), "-Ht", String(seconds + KILL_AFTER_SECONDS)];
}

function ulimitArguments(limits: ProcessLimits): string[] {
  const { cpuSeconds, fileBytes, dataBytes, files } = limits;
  return [
    ...(cpuSeconds === undefined ? [] : cpuArguments(Math.ceil(cpuSeconds))),
    ...(fileBytes === undefined ? [] : ["-f", String(Math.floor(fileBytes / 512))]),
    ...(dataBytes === undefined ? [] : ["-d", String(Math.floor(dataBytes / 1024))]),
    ...(files === undefined ? [] : ["-n", String(files)]),
  ];
}
