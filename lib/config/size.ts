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
 * Bytes of a size as people write it: `512B`, `64KiB`, `1.5GiB`, `10MB`. A number without a unit,
 * and a unit that is none of these, is refused.
 *
 * @throws {SyntaxError} when `text` is no such size
 * @throws {RangeError} when it is too large to be exact
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
