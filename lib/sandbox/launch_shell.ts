/** Options of {@linkcode launchShell}. */
export interface LaunchShellOptions {
  /** Files by which the process joins control groups first, see `ControlGroup`. */
  readonly joinFiles?: readonly string[] | undefined;
  /** Path of a system call filter, opened as {@linkcode FILTER_DESCRIPTOR}. */
  readonly systemCallFilter?: string | undefined;
  /** Paths to open as {@linkcode PLACE_DESCRIPTORS}, in this order. */
  readonly places?: readonly string[];
  readonly limits?: ProcessLimits | undefined;
  /**
   * File to open as {@linkcode INPUT_DESCRIPTOR}; the command keeps the standard input then. When
   * left out, the standard input is opened instead, and the command reads from `/dev/null`.
   */
  readonly inputFile?: string | undefined;
}

/** Limits of each process on its own, see getrlimit(2). */
export interface ProcessLimits {
  /** Seconds of CPU time. A process that uses more gets SIGXCPU, and SIGKILL some seconds later. */
  readonly cpuSeconds?: number;
  /** Maximum size of a file in bytes, rounded down to 512. */
  readonly fileBytes?: number;
  /**
   * Maximum of private writable memory in bytes, used or not, rounded down to KiB. Deno starts with
   * some 550 MiB of it, and does not start with less than 640 MiB.
   */
  readonly dataBytes?: number;
  readonly files?: number;
}

/** File descriptor of the launch chain's input in the command. */
export const INPUT_DESCRIPTOR = "3";

/** File descriptor of the system call filter in the command. */
export const FILTER_DESCRIPTOR = "4";

/** File descriptors of the places in the command; dash(1) supports none above 9. */
export const PLACE_DESCRIPTORS: readonly string[] = ["5", "6", "7", "8", "9"];

/** Limit of open files by default, if the host allows it. */
const DEFAULT_FILES = 65_536;

/** Seconds of CPU time between SIGXCPU and SIGKILL. */
const KILL_AFTER_SECONDS = 2;

const OPENED = [FILTER_DESCRIPTOR, ...PLACE_DESCRIPTORS];

/**
 * Arguments: the input file or `-`; for each of the descriptors from 4 to 9 a path or `-`; options and
 * values of ulimit up to `--`; files of groups up to `--`; the command. Core dumps are off, because they would write a
 * function's memory to the host's disk.
 */
const SCRIPT = [
  'if [ "$1" = - ]; then exec 3<&0 0</dev/null; else exec 3<"$1" || exit 125; fi; shift',
  ...OPENED.map((descriptor, index) => {
    const path = `"$${index + 1}"`;
    return `[ ${path} = - ] || exec ${descriptor}<${path} || exit 125`;
  }),
  `shift ${OPENED.length}`,
  "ulimit -c 0",
  `ulimit -n ${DEFAULT_FILES} 2>/dev/null`,
  // The host may allow less already, and no more.
  'while [ "$1" != -- ]; do ulimit "$1" "$2" 2>/dev/null || [ "$(ulimit -H "$1")" -le "$2" ] || ' +
  '{ echo "Cannot set the limit of ulimit $1 to $2" >&2; exit 125; }; shift 2; done; shift',
  'while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift',
  'exec "$@"',
].join("; ");

/**
 * Returns a command that starts with a shell: it opens files, sets limits, joins groups and then
 * executes the command. Deno.Command can't do these steps. The files stay open in the command;
 * bwrap(1) closes each file that it gets by an option.
 *
 * @throws {RangeError} when there are more places than descriptors
 */
export function launchShell(options: LaunchShellOptions, command: readonly string[]): string[] {
  const { joinFiles = [], systemCallFilter = "-", places = [], limits = {} } = options;
  const { inputFile = "-" } = options;
  if (places.length > PLACE_DESCRIPTORS.length) {
    throw new RangeError(`A sandbox has at most ${PLACE_DESCRIPTORS.length} mounts by descriptor`);
  }
  const paths = PLACE_DESCRIPTORS.map((_, index) => places[index] ?? "-");
  return [
    ...["sh", "-c", SCRIPT, "sh", inputFile, systemCallFilter, ...paths],
    ...[...ulimitArguments(limits), "--", ...joinFiles, "--", ...command],
  ];
}

/** The hard limit is higher: with equal limits, the kernel sends SIGKILL and not SIGXCPU. */
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
