import { join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";
import type { Mount } from "./sandbox.ts";

/** Name of the user in its sandbox. */
const USER = "function";

/** Its home in passwd(5), the same as in `HOME`. */
const HOME = "/tmp";

/**
 * Returns the texts of passwd(5) and group(5): without an entry for its own user, `os.userInfo()`
 * and native programs such as PostgreSQL fail.
 *
 * @example
 * ```ts
 * import { formatUserFiles } from "./user_files.ts";
 * formatUserFiles(34577).group; // "root:x:0:\nnogroup:x:65534:\nfunction:x:34577:\n"
 * ```
 */
export function formatUserFiles(uid: number): { readonly passwd: string; readonly group: string } {
  const users = [
    { name: "root", id: 0, home: "/root", group: "root" },
    { name: "nobody", id: 65_534, home: "/nonexistent", group: "nogroup" },
    { name: USER, id: uid, home: HOME, group: USER },
  ].filter(({ name, id }) => name === USER || id !== uid);
  return {
    passwd: users
      .map(({ name, id, home }) => `${name}:x:${id}:${id}:${name}:${home}:/usr/sbin/nologin\n`)
      .join(""),
    group: users.map(({ group, id }) => `${group}:x:${id}:\n`).join(""),
  };
}

/** Mounts of `/etc/passwd` and `/etc/group`. Disposing of it removes their files. */
export interface UserFiles extends AsyncDisposable {
  readonly mounts: readonly Mount[];
}

/** Writes the files of one instance below a directory that only the supervisor may write to. */
export async function writeUserFiles(directory: string, uid: number): Promise<UserFiles> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o755 });
  const own = await Deno.makeTempDir({ dir: directory });
  const mounts = Object.entries(formatUserFiles(uid)).map(([name, text]) => ({
    source: join(own, name),
    target: `/etc/${name}`,
    text,
  }));
  for (const { source, text } of mounts) await Deno.writeTextFile(source, text, { mode: 0o644 });
  return { mounts, [Symbol.asyncDispose]: () => removeIfThere(own) };
}
