import { dirname } from "node:path";
import { copyCommand, type FileCopy } from "./copy_command.ts";
import type { HeldPath } from "../system/held_path.ts";
import { type ExtraName, type Stage, stageCommand } from "./extra_names.ts";
import { type InspectorRelay, relayCommand } from "./inspector_relay.ts";
import { HOST_PERL, landlockCommand, type LandlockRule, SANDBOX_PERL } from "./landlock.ts";
import {
  FILTER_DESCRIPTOR,
  INPUT_DESCRIPTOR,
  launchShell,
  type LaunchShellOptions,
  PLACE_DESCRIPTORS,
} from "./launch_shell.ts";
import { HOST_SETPRIV, LIBRARIES, SANDBOX_SETPRIV, systemFiles } from "./system_files.ts";

/** A file or directory of the host that the sandbox shows. */
export interface Mount {
  /**
   * A path of which only root or the supervisor's user can change any part, because root mounts
   * its target at that moment. Anything else is an open path, mounted by its descriptor.
   */
  readonly source: string | Pick<HeldPath, "pathForChildren">;
  readonly target: string;
  readonly isWritable?: boolean;
  /** It is a program that the command may run; `false` when left out. */
  readonly isProgram?: boolean;
  /** Further names to show in it; needs a stage and an open path. */
  readonly names?: readonly ExtraName[];
}

/** A symbolic link inside the sandbox. */
export interface SandboxLink {
  readonly path: string;
  readonly target: string;
}

/** A command, and the text of its standard input or input file. */
export interface Launch {
  readonly command: readonly string[];
  readonly input: string;
}

/** Options of {@linkcode sandboxCommand}. */
export interface SandboxOptions
  extends Pick<LaunchShellOptions, "joinFiles" | "limits" | "inputFile"> {
  /** A network namespace, or a network with only loopback; the caller's network when left out. */
  readonly network?: { readonly path: string } | "loopback";
  /**
   * The command's user may listen on the ports below 1024 of its network namespace, as an ordinary
   * user of a host may not; where `/proc/sys` is read-only, only on the others. `false` when left
   * out.
   */
  readonly hasAllPorts?: boolean;
  /** Path of a system call filter, see `systemCallFilter`; none when left out. */
  readonly systemCallFilter?: string;
  /** Command before bwrap; bwrap runs in its mount namespace, see `BoundedDirectory`. */
  readonly prefix?: readonly string[];
  /**
   * User and group of the command, which needs root. When left out, the caller's own, in a new user
   * namespace (user_namespaces(7)).
   */
  readonly uid?: number | undefined;
  /** Mounts in addition to the system's files, in this order. */
  readonly mounts: readonly Mount[];
  /** Where a mount gets its further names; at most one mount has any. */
  readonly stage?: Stage | undefined;
  /** Shows the host's programs, see `systemFiles`; only libraries by default. */
  readonly programs?: boolean;
  /**
   * `default`: the usual devices. `none`: only `/dev/null`, so that a program which reads files by
   * given names can't read an endless one. `default` when left out.
   */
  readonly devices?: "default" | "none";
  /** Adds Landlock rules to the mounts, see `landlockCommand`; `false` when left out. */
  readonly landlock?: boolean;
  /** Makes the inspector of the command reachable, see `relayCommand`; nothing when left out. */
  readonly inspector?: InspectorRelay | undefined;
  /** Small files to copy inside the sandbox before the command starts; they need `landlock`. */
  readonly copies?: readonly FileCopy[];
  /**
   * The sandbox waits for a byte on its standard input before it executes the command. Needs
   * Landlock and an input file. `false` when left out.
   */
  readonly isParked?: boolean | undefined;
  /**
   * The command keeps the session of its terminal, so that Ctrl-C interrupts it and not bwrap. Needs
   * Landlock, whose program stops ignoring the signals. `false` when left out.
   */
  readonly isInteractive?: boolean | undefined;
  /** Private writable directories in memory, in addition to `/tmp`; mounted first. */
  readonly scratch?: readonly string[];
  readonly links?: readonly SandboxLink[];
  readonly workingDirectory: string;
  readonly command: readonly string[];
}

/** Source: ip_unprivileged_port_start of Linux ip-sysctl. */
const OPEN_PORTS = 'echo 0 2>/dev/null >/proc/sys/net/ipv4/ip_unprivileged_port_start; exec "$@"';

/** The signals of Ctrl-C and Ctrl-\: without this, they end the chain before the command. */
const IGNORE_KEYS = 'trap "" INT QUIT; exec "$@"';

/** Maximum size of a private directory in memory. */
const SCRATCH_BYTES = 256 * 1024 * 1024;

/**
 * Returns the launch chain: sh(1) for descriptors, limits and control groups, nsenter(1) for the
 * network, bwrap(1) for processes and files, setpriv(1) for the user, and perl(1) for Landlock. bwrap
 * keeps the three capabilities that setpriv needs to drop all others. bwrap reads its mounts from the input,
 * because its arguments are visible inside as those of process 1, and functions should not see host
 * paths.
 *
 * @throws {RangeError} when there are more mounts by descriptor than descriptors, or several mounts
 * with further names
 */
export function sandboxCommand(options: SandboxOptions): Launch {
  const { network, joinFiles, limits, inputFile, systemCallFilter, mounts } = options;
  const held = mounts.map(({ source }) => source).filter((source) => typeof source !== "string");
  const staged = stageMount(options, held);
  const bounded = options.landlock
    ? copyCommand(
      options.copies ?? [],
      landlockCommand(landlockRules(options), options.command, options),
    )
    : options.command;
  // In front of Landlock, so that the function has no power over it.
  const inner = options.inspector === undefined
    ? bounded
    : relayCommand(options.inspector, bounded);
  const isInteractive = options.isInteractive && options.landlock;
  const command = [
    ...(isInteractive ? ["sh", "-c", IGNORE_KEYS, "sh"] : []),
    ...(typeof network === "object" ? ["nsenter", `--net=${network.path}`] : []),
    ...(options.hasAllPorts ? ["sh", "-c", OPEN_PORTS, "sh"] : []),
    ...options.prefix ?? [],
    ...staged?.prefix ?? [],
    "bwrap",
    "--die-with-parent",
    ...(isInteractive ? [] : ["--new-session"]),
    ...(systemCallFilter === undefined ? [] : ["--seccomp", FILTER_DESCRIPTOR]),
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    ...(network === "loopback" ? ["--unshare-net"] : []),
    ...["--hostname", "ddsrv"],
    ...["--cap-drop", "ALL"],
    ...userArguments(options),
    ...["--args", INPUT_DESCRIPTOR],
    "--",
    ...dropArguments(options.uid),
    ...inner,
  ];
  const places = held.map(({ pathForChildren }) => pathForChildren);
  return {
    command: launchShell({ joinFiles, limits, inputFile, systemCallFilter, places }, command),
    input: fileArguments(options, { held, staged }).map((argument) => `${argument}\0`).join(""),
  };
}

type Held = readonly Exclude<Mount["source"], string>[];

/** A mount with further names, which the chain puts together before bwrap. */
interface StagedMount extends ReturnType<typeof stageCommand> {
  readonly mount: Mount;
}

function stageMount({ mounts, stage }: SandboxOptions, held: Held): StagedMount | undefined {
  const [mount, ...others] = mounts.filter(({ names = [] }) => names.length > 0);
  if (mount === undefined) return undefined;
  if (others.length > 0 || stage === undefined || typeof mount.source === "string") {
    throw new RangeError("Only one mount by descriptor can have further names, on a stage");
  }
  const descriptor = PLACE_DESCRIPTORS[held.indexOf(mount.source)]!;
  return { mount, ...stageCommand({ stage, descriptor, names: mount.names ?? [] }) };
}

/**
 * Returns bwrap's arguments for files. Each parent directory of a mount is created with `--perms
 * 0755`, because bwrap's default is 0700, owned by root.
 */
function fileArguments(
  options: SandboxOptions,
  { held, staged }: { readonly held: Held; readonly staged: StagedMount | undefined },
): string[] {
  const { mounts, links = [], programs = false, devices = "default", inspector } = options;
  // Landlock gives the command no access to the socket of its inspector.
  const scratch = [
    ...options.scratch ?? [],
    ...inspector === undefined ? [] : [dirname(inspector.socket)],
  ];
  const made = new Set(["/", "/tmp", "/etc", "/dev", ...scratch]);
  const tools = [
    ...(options.uid === undefined ? [] : [{ source: HOST_SETPRIV, target: SANDBOX_SETPRIV }]),
    ...(options.landlock || options.inspector !== undefined
      ? [{ source: HOST_PERL, target: SANDBOX_PERL }]
      : []),
  ];
  const sourceOf = (mount: Mount): Mount["source"] =>
    mount === staged?.mount ? staged.merged : mount.source;
  const bind = (mount: Mount, source = sourceOf(mount)): string[] => {
    const { target, isWritable = false } = mount;
    return typeof source === "string" ? [isWritable ? "--bind" : "--ro-bind", source, target] : [
      isWritable ? "--bind-fd" : "--ro-bind-fd",
      PLACE_DESCRIPTORS[held.indexOf(source)]!,
      target,
    ];
  };
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
    // Last, so that the command can't start when the input is incomplete.
    ...tools.flatMap((mount) => [...parents(mount.target, made), ...bind(mount)]),
    // The user owns the parent directories that bwrap created.
    ...(options.uid === undefined ? ["--remount-ro", "/", "--remount-ro", "/etc"] : []),
  ];
}

/**
 * Returns rules with the same access as the mounts. Without programs, only the command is
 * executable, and libraries, which can't be told apart from the programs in the same directories.
 */
function landlockRules(options: SandboxOptions): LandlockRule[] {
  const { mounts, scratch = [], programs = false, command } = options;
  const executable = new Set([...LIBRARIES, command[0]]);
  const rule = (path: string, access: LandlockRule["access"]): LandlockRule => ({
    path,
    access,
    isExecutable: access !== "list" && (programs || executable.has(path)),
  });
  return [
    rule("/", "list"),
    ...[...systemFiles(programs), "/proc", "/etc"].map((path) => rule(path, "read")),
    rule("/dev", "use"),
    ...["/tmp", ...scratch].map((path) => rule(path, "write")),
    ...mounts.map(({ target, isWritable, isProgram }) => ({
      ...rule(target, isWritable ? "write" : "read"),
      ...isProgram ? { isExecutable: true } : {},
    })),
  ];
}

function userArguments({ uid, stage }: SandboxOptions): string[] {
  // Without root, only a user namespace allows the other namespaces. None can be created inside it.
  if (uid === undefined) {
    const user = stage?.user;
    const own = user === undefined ? [] : ["--uid", String(user.uid), "--gid", String(user.gid)];
    return ["--unshare-user", "--disable-userns", ...own];
  }
  return ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((name) => ["--cap-add", name]);
}

/** Makes /dev read-only: without control groups, nothing limits the memory of new files in it. */
function deviceArguments(devices: "default" | "none"): string[] {
  const shown = devices === "default"
    ? ["--dev", "/dev"]
    : ["--perms", "0755", "--tmpfs", "/dev", "--dev-bind", "/dev/null", "/dev/null"];
  return [...shown, "--remount-ro", "/dev"];
}

/** Without a uid, bwrap already sets no-new-privs and drops every capability. */
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
