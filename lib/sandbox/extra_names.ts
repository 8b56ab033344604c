import { join } from "node:path";

/** A name that a sandbox shows in a mounted directory, instead of an entry that may be there. */
export interface ExtraName {
  /** Relative path without `.` and `..`; missing parent directories appear with it. */
  readonly path: string;
  /** Target of a symbolic link. Without one, the name is an empty directory: a mount point. */
  readonly linkTo?: string;
}

/** A place where launch chains put directories and extra names together. */
export interface Stage {
  /** Empty directory that only the supervisor's user can enter; each chain mounts its own files. */
  readonly directory: string;
  /** The supervisor's user, if that is not root: the chain then mounts in a user namespace. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Options of {@linkcode stageCommand}. */
export interface StageOptions {
  readonly stage: Stage;
  /** Number of the chain's open descriptor of the directory. */
  readonly descriptor: string;
  readonly names: readonly ExtraName[];
}

/**
 * Arguments: the stage; for each name, its path, which begins with `./`, and `-` or the target of
 * its link; `--`; the command. The directory's owner may replace it at any moment, so the script enters it by name and
 * compares it with the descriptor, which belongs to another mount namespace and can't be mounted.
 * It opens nothing, because that could block.
 */
function scriptOf(descriptor: string): string {
  const open = `/proc/self/fd/${descriptor}`;
  return `fail() { echo "Cannot show further names in the folder: $1" >&2; exit 125; }
cd -P -- "$(readlink ${open})" 2>/dev/null || fail "the folder was moved"
[ "$(stat -L -c %d:%i ${open})" = "$(stat -c %d:%i .)" ] || fail "the folder was replaced"
stage=$1; shift
{ mount -t tmpfs -o size=1m,mode=755 tmpfs "$stage" && mkdir "$stage/names" "$stage/merged" &&
exec ${descriptor}<"$stage/names"; } || fail "no directory in memory"
while [ "$1" != -- ]; do
if [ "$2" = - ]; then mkdir -p -- "$stage/names/$1"
else mkdir -p -- "$(dirname -- "$stage/names/$1")" && ln -s -- "$2" "$stage/names/$1"; fi || fail "$1"
shift 2; done; shift
said=$(mount -t overlay -o "ro,lowerdir=${open}:." overlay "$stage/merged" 2>&1) || fail "$said"
cd / && exec "$@" ${descriptor}<&-`;
}

/**
 * Returns a command prefix that puts a directory and extra names together, and the path of the
 * result, which is read-only. It is an overlay file system whose upper layer has only the names, so
 * they are neither links nor files of the directory's owner: root can mount on them. Nothing is
 * written into the directory. The mounts end with the chain.
 */
export function stageCommand(
  { stage, descriptor, names }: StageOptions,
): { readonly prefix: string[]; readonly merged: string } {
  const { directory, user } = stage;
  return {
    prefix: [
      "unshare",
      ...user === undefined ? [] : ["--user", "--map-root-user"],
      ...["--mount", "--propagation", "private", "--", "sh", "-c", scriptOf(descriptor), "sh"],
      directory,
      // A name may be `--`, which must not end the list.
      ...names.flatMap(({ path, linkTo = "-" }) => [`./${path}`, linkTo]),
      "--",
    ],
    merged: join(directory, "merged"),
  };
}
