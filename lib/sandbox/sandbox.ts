import { dirname } from "node:path";
import type { HeldPath } from "../system/held_path.ts";
import { HOST_PERL, landlockCommand, type LandlockRule, SANDBOX_PERL } from "./landlock.ts";
import {
  FILTER_DESCRIPTOR,
  INPUT_DESCRIPTOR,
  launchShell,
  type LaunchShellOptions,
  PLACE_DESCRIPTORS,
} from "./launch_shell.ts";
import { HOST_SETPRIV, LIBRARIES, SANDBOX_SETPRIV, systemFiles } from "./system_files.ts";

/** A file or directory of the host that shows inside the sandbox. */
export interface Mount {
  /**
   * A path whose every part only root, or the supervisor's own user, can change: root mounts what
   * it leads to at that moment. Anything else is held, and mounted by its descriptor.
   */
  readonly source: string | Pick<HeldPath, "pathForChildren">;
  readonly target: string;
  readonly isWritable?: boolean;
}

/** A symbolic link inside the sandbox. */
export interface SandboxLink {
  readonly path: string;
  readonly target: string;
}

/** A command to start, and what its standard input is. */
export interface Launch {
  readonly command: readonly string[];
  readonly input: string;
}

/** Options of {@linkcode sandboxCommand}. */
export interface SandboxOptions extends Pick<LaunchShellOptions, "joinFiles" | "limits"> {
  /**
   * Path of the network namespace; or a network of nothing but its own loopback; or the caller's
   * own network when left out.
   */
  readonly network?: { readonly path: string } | "loopback";
  /** Path of a filter of system calls, see `systemCallFilter`; none when left out. */
  readonly systemCallFilter?: string;
  /** Command prefix before bwrap, in whose mount namespace bwrap runs, see `BoundedDirectory`. */
  readonly prefix?: readonly string[];
  /**
   * User and group that the command runs as, which takes root to change to; when left out, the
   * caller's own, in a user namespace of its own (user_namespaces(7)).
   */
  readonly uid?: number | undefined;
  /** Beside the system's files, in this order. */
  readonly mounts: readonly Mount[];
  /** Show the host's programs, see `systemFiles`; libraries alone by default. */
  readonly programs?: boolean;
  /**
   * Devices: `default` for those of every process, `none` for `/dev/null` alone, where what reads
   * files that others name must not find an endless one; `default` when left out.
   */
  readonly devices?: "default" | "none";
  /** Add rules of Landlock to the mounts, see `landlockCommand`; `false` when left out. */
  readonly landlock?: boolean;
  /** Private directories in memory that the command may write to, beside `/tmp`; mounted first. */
  readonly scratch?: readonly string[];
  readonly links?: readonly SandboxLink[];
  readonly workingDirectory: string;
  readonly command: readonly string[];
}

/** Most that a private directory in memory holds. */
const SCRATCH_BYTES = 256 * 1024 * 1024;

/**
 * The launch chain: sh(1) for descriptors, limits and control groups, nsenter(1) for the network,
 * bwrap(1) for processes and files, setpriv(1) for the user. bwrap keeps the three capabilities
 * that setpriv needs to drop all the rest. bwrap reads what it mounts from the input: its arguments
 * show inside, as those of process 1, and paths of the host are no function's business.
 *
 * @throws {RangeError} when more sources are held than the first shell can open
 */
export function sandboxCommand(options: SandboxOptions): Launch {
  const { network, joinFiles, limits, systemCallFilter, mounts } = options;
  const held = mounts.map(({ source }) => source).filter((source) => typeof source !== "string");
  const inner = [...dropArguments(options.uid), ...options.command];
  const command = [
    ...(typeof network === "object" ? ["nsenter", `--net=${network.path}`] : []),
    ...options.prefix ?? [],
    "bwrap",
    "--die-with-parent",
    "--new-session",
    ...(systemCallFilter === undefined ? [] : ["--seccomp", FILTER_DESCRIPTOR]),
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    ...(network === "loopback" ? ["--unshare-net"] : []),
    ...["--hostname", "ddsrv"],
    ...["--cap-drop", "ALL"],
    ...userArguments(options.uid),
    ...["--args", INPUT_DESCRIPTOR],
    "--",
    ...options.landlock ? landlockCommand(landlockRules(options), inner) : inner,
  ];
  const places = held.map(({ pathForChildren }) => pathForChildren);
  return {
    command: launchShell({ joinFiles, limits, systemCallFilter, places }, command),
    input: fileArguments(options, held).map((argument) => `${argument}\0`).join(""),
  };
}

/**
 * bwrap's arguments for files. Each directory on the way to a mount is made with `--perms 0755`,
 * because bwrap would make it 0700 and root's.
 */
function fileArguments(
  options: SandboxOptions,
  held: readonly Exclude<Mount["source"], string>[],
): string[] {
  const { mounts, scratch = [], links = [], programs = false, devices = "default" } = options;
  const made = new Set(["/", "/tmp", "/etc", "/dev", ...scratch]);
  const tools = [
    ...(options.uid === undefined ? [] : [{ source: HOST_SETPRIV, target: SANDBOX_SETPRIV }]),
    ...(options.landlock ? [{ source: HOST_PERL, target: SANDBOX_PERL }] : []),
  ];
  const bind = ({ source, target, isWritable = false }: Mount): string[] =>
    typeof source === "string" ? [isWritable ? "--bind" : "--ro-bind", source, target] : [
      isWritable ? "--bind-fd" : "--ro-bind-fd",
      PLACE_DESCRIPTORS[held.indexOf(source)]!,
      target,
    ];
  return [
    ...systemFiles(programs).flatMap((path) => [
      ...parents(path, made),
      ...["--ro-bind-try", path, path],
    ]),
    ...["--proc", "/proc"],
    ...deviceArguments(devices),
    ...["--size", String(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", "/tmp"],
    ...["--perms", "0755", "--tmpfs", "/etc"],
    ...scratch.flatMap((target) => [
      ...parents(target, made),
      ...["--size", String(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", target],
    ]),
    ...mounts.flatMap((mount) => [...parents(mount.target, made), ...bind(mount)]),
    ...links.flatMap(({ path, target }) => [...parents(path, made), "--symlink", target, path]),
    ...["--chdir", options.workingDirectory],
    // Last, so that nothing starts where the input did not come whole.
    ...tools.flatMap((mount) => [...parents(mount.target, made), ...bind(mount)]),
    // Directories on the way belong to the user who made them.
    ...(options.uid === undefined ? ["--remount-ro", "/", "--remount-ro", "/etc"] : []),
  ];
}

/**
 * The same as the mounts allow. Without programs nothing is executed but the command, and setpriv
 * before it: libraries can't be told from the programs beside them.
 */
function landlockRules(options: SandboxOptions): LandlockRule[] {
  const { mounts, scratch = [], programs = false, command } = options;
  const executable = new Set([...LIBRARIES, SANDBOX_SETPRIV, command[0]]);
  const rule = (path: string, access: LandlockRule["access"]): LandlockRule => ({
    path,
    access,
    isExecutable: access !== "list" && (programs || executable.has(path)),
  });
  return [
    rule("/", "list"),
    ...[...systemFiles(programs), "/proc", "/etc", SANDBOX_SETPRIV].map((path) =>
      rule(path, "read")
    ),
    rule("/dev", "use"),
    ...["/tmp", ...scratch].map((path) => rule(path, "write")),
    ...mounts.map(({ target, isWritable }) => rule(target, isWritable ? "write" : "read")),
  ];
}

function userArguments(uid: number | undefined): string[] {
  // Without root a namespace of users is what allows all the others; none is made within it.
  if (uid === undefined) return ["--unshare-user", "--disable-userns"];
  return ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((name) => ["--cap-add", name]);
}

/** Nothing new appears in it: that would be memory that nothing bounds without control groups. */
function deviceArguments(devices: "default" | "none"): string[] {
  const shown = devices === "default"
    ? ["--dev", "/dev"]
    : ["--perms", "0755", "--tmpfs", "/dev", "--dev-bind", "/dev/null", "/dev/null"];
  return [...shown, "--remount-ro", "/dev"];
}

/** bwrap alone sets no-new-privs and has dropped every capability already. */
function dropArguments(uid: number | undefined): string[] {
  if (uid === undefined) return [];
  return [
    SANDBOX_SETPRIV,
    ...["--reuid", String(uid), "--regid", String(uid), "--clear-groups", "--no-new-privs"],
    ...["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"],
  ];
}

function parents(target: string, made: Set<string>): string[] {
  const directory = dirname(target);
  if (made.has(directory)) return [];
  made.add(directory);
  return [...parents(directory, made), "--perms", "0755", "--dir", directory];
}
