/** A Deno that the operator has installed under its version. */
export interface InstalledDeno {
  readonly version: string;
  /** Path relative to the directory of versions. */
  readonly name: string;
}

/**
 * Returns the versions that a directory has, by the names of its entries: `2.8.1` or `v2.8.1`.
 * Ignores other names.
 */
export function installedVersions(names: readonly string[]): InstalledDeno[] {
  return names.flatMap((name) => {
    const version = /^v?(\d+\.\d+\.\d+)$/.exec(name)?.[1];
    return version === undefined ? [] : [{ version, name }];
  });
}

/**
 * Returns the latest version that is the wanted one, or begins with it.
 *
 * @example
 * ```ts
 * import { chooseVersion } from "./deno_versions.ts";
 * chooseVersion(["2.8.1", "2.8.10", "2.9.0"], "2.8"); // "2.8.10"
 * ```
 */
export function chooseVersion(versions: readonly string[], wanted: string): string | undefined {
  return versions.filter((one) => one === wanted || one.startsWith(`${wanted}.`))
    .reduce<string | undefined>(
      (best, one) => best === undefined || compareVersions(best, one) < 0 ? one : best,
      undefined,
    );
}

/** Compares two versions `a.b.c`: a negative number if the first is earlier. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number));
  const at = a!.findIndex((part, index) => part !== b![index]);
  return at === -1 ? 0 : a![at]! - (b![at] ?? 0);
}
