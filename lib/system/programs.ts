import { delimiter, join } from "node:path";

/** An external program, and the Debian package that contains it. */
export interface Program {
  readonly name: string;
  readonly package: string;
}

/** Programs that `serve` needs. */
export const programs: readonly Program[] = [
  { name: "ip", package: "iproute2" },
  { name: "nft", package: "nftables" },
  { name: "bwrap", package: "bubblewrap" },
  { name: "nsenter", package: "util-linux" },
  { name: "setpriv", package: "util-linux" },
];

/** Programs of optional protections; `serve` warns if they are missing. */
export const optionalPrograms: readonly Program[] = [
  { name: "mkfs.ext4", package: "e2fsprogs" },
  { name: "mount", package: "mount" },
  { name: "perl", package: "perl-base" },
];

/** Programs that `--isolation rootless` needs. */
export const rootlessPrograms: readonly Program[] = programs
  .filter(({ name }) => ["bwrap", "setpriv"].includes(name));

/** Returns the programs that are not installed in a directory of `path`, which is a `PATH`. */
export async function findMissingPrograms(
  path: string,
  wanted: readonly Program[] = programs,
): Promise<Program[]> {
  const found = await Promise.all(wanted.map((program) => isInstalled(program.name, path)));
  return wanted.filter((_, index) => !found[index]);
}

/** Returns true if an executable program is in a directory of `path`, which is a `PATH`. */
export async function isInstalled(name: string, path: string): Promise<boolean> {
  for (const directory of path.split(delimiter).filter((part) => part !== "")) {
    try {
      const file = await Deno.stat(join(directory, name));
      if (file.isFile && ((file.mode ?? 0) & 0o111) !== 0) return true;
    } catch {
      // Try the next directory.
    }
  }
  return false;
}
