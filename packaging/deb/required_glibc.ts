const VERSION = /GLIBC_2\.(\d+)(?:\.\d+)?\0/g;

/**
 * Returns the lowest version of glibc that a program runs with: the highest one among the names of
 * symbol versions in its string table, see elf(5). All of glibc since 1997 is version 2.
 *
 * @throws {RangeError} if the program names none
 */
export function requiredGlibc(program: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(program);
  const minors = Array.from(text.matchAll(VERSION), ([, minor]) => Number(minor));
  if (minors.length === 0) throw new RangeError("The program names no version of glibc");
  return `2.${Math.max(...minors)}`;
}
