import { delimiter, join } from "node:path";

/** A program that isolation is built from, and the Debian package that brings it. */
export interface Program {
  readonly name: string;
  readonly package: string;
}

/** Everything that `serve` calls. */
export const programs: readonly Program[] = [
  { name: "ip", package: "iproute2" },
  { name: "nft", package: "nftables" },
  { name: "bwrap", package: "bubblewrap" },
  { name: "nsenter", package: "util-linux" },
  { name: "setpriv", package: "util-linux" },
];

/** Programs of walls that `serve` can do without, which it warns of. */
export const optionalPrograms: readonly Program[] = [
  { name: "mkfs.ext4", package: "e2fsprogs" },
  { name: "mount", package: "mount" },
  { name: "perl", package: "perl-base" },
];

/** What a sandbox without root is made with. */
export const rootlessPrograms: readonly Program[] = programs.filter(({ name }) => name === "bwrap");

/** Those programs, all of them by default, that are not in a directory of `path`. */
export async function findMissingPrograms(
  path: string,
  wanted: readonly Program[] = programs,
): Promise<Program[]> {
  const found = await Promise.all(wanted.map((program) => isInstalled(program.name, path)));
  return wanted.filter((_, index) => !found[index]);
}

/** Whether a program is in a directory of `path` (the form of `PATH`). */
export async function isInstalled(name: string, path: string): Promise<boolean> {
  for (const directory of path.split(delimiter).filter((part) => part !== "")) {
    try {
      const file = await Deno.stat(join(directory, name));
      if (file.isFile && ((file.mode ?? 0) & 0o111) !== 0) return true;
    } catch {
      // Not in this one.
    }
  }
  return false;
}
