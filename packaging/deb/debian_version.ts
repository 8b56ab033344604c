/** Names of machines: Debian's, and that in the name of npm's package of Deno. */
export const ARCHITECTURES = { amd64: "x64", arm64: "arm64" } as const;

/** One of {@linkcode ARCHITECTURES}. */
export type Architecture = keyof typeof ARCHITECTURES;

/** Returns Debian's name of a machine, from `Deno.build.arch`; `undefined` for an unknown one. */
export function architectureOf(arch: string): Architecture | undefined {
  return ({ x86_64: "amd64", aarch64: "arm64" } as const)[arch];
}

/**
 * Returns the version of a package, see deb-version(7). A pre-release sorts before its release.
 *
 * @example
 * ```ts
 * import { debianVersion } from "./debian_version.ts";
 * debianVersion("1.2.0-rc.1"); // "1.2.0~rc.1-1"
 * ```
 */
export function debianVersion(version: string): string {
  // Debian's revision is the last part after a hyphen, so no other hyphen may stay.
  return `${version.replace("-", "~").replaceAll("-", ".")}-1`;
}
