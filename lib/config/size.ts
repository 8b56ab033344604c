import { formatWith } from "./units.ts";

const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/**
 * Parses a size such as `512B`, `64KiB`, `1.5GiB` or `10MB`, and returns bytes. The unit is required.
 *
 * @throws {SyntaxError} if `text` is not a size
 * @throws {RangeError} if it is too large to be exact
 * @example
 * ```ts
 * import { parseSize } from "./size.ts";
 * parseSize("64KiB"); // 65_536
 * ```
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(B|kB|MB|GB|KiB|MiB|GiB)$/.exec(text);
  if (match === null) {
    throw new SyntaxError(
      `"${text}" is not a size. Write a number and a unit: 512B, 64KiB, 10MB, 1GiB`,
    );
  }
  const bytes = Math.round(Number(match[1]) * UNIT_BYTES[match[2]!]!);
  if (bytes > Number.MAX_SAFE_INTEGER) throw new RangeError(`"${text}" is too large`);
  return bytes;
}

/** Formats bytes as {@linkcode parseSize} reads them: `64KiB`. */
export function formatSize(bytes: number): string {
  return formatWith([["GiB", 1024 ** 3], ["MiB", 1024 ** 2], ["KiB", 1024], ["B", 1]], bytes);
}
