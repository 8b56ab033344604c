/**
 * A word as somebody would type it in a shell, quoted where it has to be.
 *
 * @example
 * ```ts
 * import { quoteWord } from "./quote_word.ts";
 * quoteWord("./my shop"); // "'./my shop'"
 * ```
 */
export function quoteWord(word: string): string {
  if (/^[\w./@%+,:=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
