import { join, relative, sep } from "node:path";

/** A directory as the user gave it, and its real path. */
export interface GivenDirectory {
  readonly given: string;
  readonly real: string;
}

/**
 * Returns the path that the user would give for a changed file. Some systems report changes by real
 * paths, so that `/tmp/a` on macOS is `/private/tmp/a`.
 *
 * @example
 * ```ts
 * import { givenPath } from "./given_path.ts";
 * givenPath("/private/tmp/a/b", [{ given: "/tmp/a", real: "/private/tmp/a" }]); // "/tmp/a/b"
 * ```
 */
export function givenPath(path: string, directories: readonly GivenDirectory[]): string {
  for (const { given, real } of directories) {
    if (path === given || path.startsWith(`${given}${sep}`)) return path;
    if (path === real || path.startsWith(`${real}${sep}`)) return join(given, relative(real, path));
  }
  return path;
}

/** Finds the real paths of directories; leaves out those that do not exist. */
export async function resolveDirectories(given: readonly string[]): Promise<GivenDirectory[]> {
  const found = await Promise.all(given.map(async (one) => {
    const real = await Deno.realPath(one).catch(() => undefined);
    return real === undefined ? [] : [{ given: one, real }];
  }));
  return found.flat();
}
