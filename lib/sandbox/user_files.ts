import { join } from "node:path";
import type { Mount } from "./sandbox.ts";

/** Returns mounts of `/etc/passwd` and `/etc/group` for a user; writes the files at the first call. */
export type UserFiles = (uid: number) => Promise<readonly Mount[]>;

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

/** Creates {@linkcode UserFiles} in a directory that the caller owns and removes. */
export function createUserFiles(directory: string): UserFiles {
  const written = new Map<number, Promise<readonly Mount[]>>();

  async function write(uid: number): Promise<readonly Mount[]> {
    const own = join(directory, String(uid));
    await Deno.mkdir(own, { recursive: true, mode: 0o755 });
    return await Promise.all(
      Object.entries(formatUserFiles(uid)).map(async ([name, text]) => {
        const source = join(own, name);
        await Deno.writeTextFile(source, text, { mode: 0o644 });
        return { source, target: `/etc/${name}` };
      }),
    );
  }

  return (uid) => {
    const known = written.get(uid);
    if (known !== undefined) return known;
    const writing = write(uid);
    written.set(uid, writing);
    // A full disk may have room later.
    writing.catch(() => written.delete(uid));
    return writing;
  };
}
