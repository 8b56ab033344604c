import { join } from "node:path";
import { encodeWritableName } from "../config/writable_name.ts";
import type { DiskLimits } from "../disk/disk_limits.ts";
import { runBounded } from "../process/bounded_output.ts";
import type { Mount, SandboxOptions } from "../sandbox/sandbox.ts";
import { sandboxCommand } from "../sandbox/sandbox.ts";
import type { Home } from "./homes.ts";

/** A writable name of a function's folder, with its data. */
export interface WritableName {
  /** Relative path in the folder, without `/` at the end. */
  readonly path: string;
  readonly type: "directory" | "file";
  /** Host path of the directory that has its data; for a file, the directory that contains it. */
  readonly data: string;
}

/** Options of {@linkcode seedWritable}. */
export interface SeedOptions extends Pick<SandboxOptions, "systemCallFilter" | "landlock"> {
  /** Writable names as the manifest has them; they end with `/` if they are directories. */
  readonly names: readonly string[];
  /** The open folder of the function. */
  readonly folder: Mount["source"];
  readonly home: Pick<Home, "uid" | "writable" | "prefix">;
  readonly limits: DiskLimits;
}

/** Long enough for a large directory on a slow disk. */
const TIMEOUT_MS = 60_000;

const FOLDER = "/from";
const DATA = "/to";

/**
 * Arguments: the limits of bytes and files; for each name, its path, the name of its data, and `d`
 * or `f`, the type if neither the data nor the folder decides. Prints the type of each. A copy gets
 * its name when it is complete, so that an interrupted one starts again. `cp -R` copies a link as a
 * link, and opens no pipe.
 */
const SCRIPT = `
set -fu; bytes=$1 files=$2; shift 2
fail() { echo "$1" >&2; exit 1; }
while [ $# -gt 0 ]; do
path=$1 data=$2 type=$3; shift 3
if [ -d "${DATA}/d.$data" ]; then echo d; continue; fi
if [ -d "${DATA}/f.$data" ]; then echo f; continue; fi
from=${FOLDER}; IFS=/
for part in $path; do
from=$from/$part
[ ! -L "$from" ] || fail "\\"$path\\" leads through a link. Replace the link with the file or directory itself"
done
unset IFS
rm -rf ${DATA}/new && mkdir -m 700 ${DATA}/new || fail "there is no room for \\"$path\\""
if [ -e "$from" ]; then
if [ -d "$from" ]; then type=d; what=$from/.; elif [ -f "$from" ]; then type=f; what=$from
else fail "\\"$path\\" is neither a file nor a directory"; fi
[ -r "$from" ] || fail "\\"$path\\" can't be read by the function's own user"
[ "$(du -s --apparent-size -B1 -- "$from" | cut -f1)" -le "$bytes" ] &&
[ "$(du -s --inodes -- "$from" | cut -f1)" -le "$files" ] ||
fail "\\"$path\\" is larger than dataSize and dataFiles allow. Raise them, or remove files"
cp -R -P -- "$what" ${DATA}/new/ && chmod -R u+rwX ${DATA}/new || fail "\\"$path\\" can't be copied"
elif [ "$type" = f ]; then : > "${DATA}/new/\${path##*/}" || fail "\\"$path\\" can't be created"
fi
mv -T ${DATA}/new "${DATA}/$type.$data" || fail "\\"$path\\" can't be moved"
echo "$type"
done
`;

/** Creates the directory in an image that an earlier version made, and changes its owner. */
const CREATE = '[ -d "$1" ] || { mkdir -m 700 -- "$1" && chown "$2:$2" -- "$1"; } || exit 125; ' +
  'shift 2; exec "$@"';

/**
 * Returns the data of a function's writable names. A name that has none yet gets a copy of what the
 * folder has there, or an empty directory or file. The function's own user copies, in a sandbox that shows
 * only the folder and the data, so a link in the folder leads nowhere.
 *
 * @throws {Error} when a name can't be copied; says why and what to do
 */
export async function seedWritable(options: SeedOptions): Promise<WritableName[]> {
  const { names, folder, home, limits, systemCallFilter, landlock = false } = options;
  if (names.length === 0) return [];
  const { uid, writable, prefix } = home;
  const create = uid === undefined ? [] : ["sh", "-c", CREATE, "sh", writable, String(uid)];
  const { command, input } = sandboxCommand({
    uid,
    network: "loopback",
    prefix: [...prefix, ...create],
    ...systemCallFilter === undefined ? {} : { systemCallFilter },
    landlock,
    mounts: [
      { source: folder, target: FOLDER },
      { source: writable, target: DATA, isWritable: true },
    ],
    programs: true,
    devices: "none",
    workingDirectory: "/",
    command: [
      ...["/bin/sh", "-c", SCRIPT, "sh", String(limits.bytes), String(limits.files)],
      ...names.flatMap((name) => [pathOf(name), encodeWritableName(name), typeOf(name)]),
    ],
  });
  const { success, stdout, stderr } = await runBounded(command, {
    input,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C.UTF-8" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    maxBytes: 16_384,
  });
  if (!success) {
    const reason = stderr.trim().split("\n").at(-1) || `it takes longer than ${TIMEOUT_MS} ms`;
    throw new Error(`Cannot prepare the writable names of its manifest: ${reason}`);
  }
  const types = stdout.split("\n");
  return names.map((name, index) => ({
    path: pathOf(name),
    type: types[index] === "f" ? "file" : "directory",
    data: join(writable, `${types[index]}.${encodeWritableName(name)}`),
  }));
}

function pathOf(name: string): string {
  return name.replace(/\/$/, "");
}

/** Returns the type of a name that does not exist yet: a dot within its last part means a file. */
function typeOf(name: string): "d" | "f" {
  return /[^/]\.[^/]+$/.test(name) ? "f" : "d";
}
