/**
 * Quotes a word for a shell, if it needs quotes.
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
