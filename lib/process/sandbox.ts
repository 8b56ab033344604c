import { dirname } from "node:path";

/** A file or directory of the host that shows inside the sandbox. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly isWritable?: boolean;
}

/** What {@linkcode sandboxCommand} puts around a command. */
export interface SandboxOptions {
  /** Path of the network namespace; the caller's own network when left out. */
  readonly networkPath?: string;
  /** Files that the chain's process writes its id to before all else, see `ControlGroup`. */
  readonly joinFiles?: readonly string[];
  /** User and group that the command runs as. */
  readonly uid: number;
  /** Beside `/usr`, in this order. */
  readonly mounts: readonly Mount[];
  /** Private directories in memory that the command may write to, beside `/tmp`; mounted first. */
  readonly scratch?: readonly string[];
  readonly workingDirectory: string;
  readonly command: readonly string[];
}

/** Most that a private directory in memory holds. */
const SCRATCH_BYTES = 256 * 1024 * 1024;

/**
 * Joins the groups, and sets what no group bounds: no core dumps, and so many open files, where that
 * is less than what the host allows. Arguments up to `--` are files of groups, the rest is the
 * command.
 */
const JOIN_SCRIPT = "ulimit -c 0; ulimit -n 65536 2>/dev/null; " +
  'while [ "$1" != -- ]; do echo $$ >"$1" || exit 125; shift; done; shift; exec "$@"';

/**
 * The launch chain, as one argument array: sh(1) for control groups, nsenter(1) for the network, bwrap(1) for processes and
 * files, setpriv(1) for the user. bwrap keeps the three capabilities that setpriv needs to drop all
 * the rest. Each directory on the way to a mount is made with `--perms 0755`, because bwrap would
 * make it 0700 and root's.
 */
export function sandboxCommand(options: SandboxOptions): string[] {
  const { networkPath, joinFiles = [], uid, mounts, scratch = [], workingDirectory, command } =
    options;
  const made = new Set(["/", "/usr", "/tmp", "/etc", ...scratch]);
  return [
    ...["sh", "-c", JOIN_SCRIPT, "sh", ...joinFiles, "--"],
    ...(networkPath === undefined ? [] : ["nsenter", `--net=${networkPath}`]),
    "bwrap",
    "--die-with-parent",
    "--new-session",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    ...["--hostname", "ddsrv"],
    ...["--cap-drop", "ALL"],
    ...["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((name) => ["--cap-add", name]),
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
    ...["--chdir", workingDirectory],
    "--",
    "setpriv",
    ...["--reuid", String(uid), "--regid", String(uid), "--clear-groups", "--no-new-privs"],
    ...["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"],
    ...command,
  ];
}

function parents(target: string, made: Set<string>): string[] {
  const directory = dirname(target);
  if (made.has(directory)) return [];
  made.add(directory);
  return [...parents(directory, made), "--perms", "0755", "--dir", directory];
}
