import { dirname } from "node:path";

/** A file or directory of the host that shows inside the sandbox. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly isWritable?: boolean;
}

/** A symbolic link inside the sandbox. */
export interface SandboxLink {
  readonly path: string;
  readonly target: string;
}

/** What {@linkcode sandboxCommand} puts around a command. */
export interface SandboxOptions {
  /**
   * Path of the network namespace; or a network of nothing but its own loopback; or the caller's
   * own network when left out.
   */
  readonly network?: { readonly path: string } | "loopback";
  /** Files by which the chain's process joins groups before all else, see `ControlGroup`. */
  readonly joinFiles?: readonly string[];
  /** Path of a filter of system calls, see `socketFilter`; none for what runs no function's code. */
  readonly socketFilter?: string;
  /** What goes before bwrap, in the mount namespace that it makes, see `BoundedDirectory`. */
  readonly prefix?: readonly string[];
  /**
   * User and group that the command runs as, which takes root to change to; when left out, the
   * caller's own, in a user namespace of its own (user_namespaces(7)).
   */
  readonly uid?: number | undefined;
  /** Beside `/usr`, in this order. */
  readonly mounts: readonly Mount[];
  /** Private directories in memory that the command may write to, beside `/tmp`; mounted first. */
  readonly scratch?: readonly string[];
  readonly links?: readonly SandboxLink[];
  readonly workingDirectory: string;
  readonly command: readonly string[];
}

/** Most that a private directory in memory holds. */
const SCRATCH_BYTES = 256 * 1024 * 1024;

/** Where bwrap finds the filter of system calls. */
const FILTER_FD = "9";

/**
 * Opens the filter of system calls, joins the groups, and sets what no group bounds: no core dumps,
 * and so many open files, where that is less than what the host allows. The first argument is the
 * filter, or `-`; those up to `--` are files of groups, the rest is the command.
 */
const JOIN_SCRIPT = `[ "$1" = - ] || exec ${FILTER_FD}<"$1" || exit 125; shift; ` +
  "ulimit -c 0; ulimit -n 65536 2>/dev/null; " +
  'while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift; exec "$@"';

/**
 * The launch chain, as one argument array: sh(1) for control groups, nsenter(1) for the network,
 * bwrap(1) for processes and files, setpriv(1) for the user. bwrap keeps the three capabilities that
 * setpriv needs to drop all the rest. Each directory on the way to a mount is made with `--perms
 * 0755`, because bwrap would make it 0700 and root's.
 */
export function sandboxCommand(options: SandboxOptions): string[] {
  const { network, joinFiles = [], socketFilter, mounts, scratch = [], links = [] } = options;
  const made = new Set(["/", "/usr", "/tmp", "/etc", ...scratch]);
  return [
    ...["sh", "-c", JOIN_SCRIPT, "sh", socketFilter ?? "-", ...joinFiles, "--"],
    ...(typeof network === "object" ? ["nsenter", `--net=${network.path}`] : []),
    ...options.prefix ?? [],
    "bwrap",
    "--die-with-parent",
    "--new-session",
    ...(socketFilter === undefined ? [] : ["--seccomp", FILTER_FD]),
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    ...(network === "loopback" ? ["--unshare-net"] : []),
    ...["--hostname", "ddsrv"],
    ...["--cap-drop", "ALL"],
    ...userArguments(options.uid),
    ...["--ro-bind", "/usr", "/usr"],
    ...["lib", "lib64", "bin", "sbin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
    ...["--proc", "/proc"],
    ...["--dev", "/dev"],
    ...["--size", String(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", "/tmp"],
    ...["--perms", "0755", "--tmpfs", "/etc"],
    ...scratch.flatMap((target) => [
      ...parents(target, made),
      ...["--size", String(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", target],
    ]),
    ...mounts.flatMap(({ source, target, isWritable }) => [
      ...parents(target, made),
      ...[isWritable ? "--bind" : "--ro-bind", source, target],
    ]),
    ...links.flatMap(({ path, target }) => [...parents(path, made), "--symlink", target, path]),
    // Directories on the way belong to the user who made them.
    ...(options.uid === undefined ? ["--remount-ro", "/", "--remount-ro", "/etc"] : []),
    ...["--chdir", options.workingDirectory],
    "--",
    ...dropArguments(options.uid),
    ...options.command,
  ];
}

function userArguments(uid: number | undefined): string[] {
  // Without root a namespace of users is what allows all the others; none is made within it.
  if (uid === undefined) return ["--unshare-user", "--disable-userns"];
  return ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((name) => ["--cap-add", name]);
}

/** bwrap alone sets no-new-privs and has dropped every capability already. */
function dropArguments(uid: number | undefined): string[] {
  if (uid === undefined) return [];
  return [
    "setpriv",
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
