/** Longest line of a page's source: mandoc(1) warns of longer ones. */
const WIDTH = 76;

/**
 * A text as lines of mdoc(7), each sentence on lines of its own.
 *
 * @example
 * ```ts
 * import { textLines } from "./mdoc.ts";
 * textLines("One. Two."); // ["One.", "Two."]
 * ```
 */
export function textLines(text: string): string[] {
  return text.split(/\n|(?<=[.!?]) (?=[A-Z])/).flatMap((sentence) => wrap(escapeText(sentence)))
    .map((line) => line.replace(/^(?=[.'])/, "\\&"));
}

/** Lines that stay as they are: of a terminal, or of a file. */
export function literalBlock(text: string): string[] {
  const lines = text.split("\n").map((line) => escapeText(line).replace(/^(?=[.'])/, "\\&"));
  return [".Bd -literal -offset indent", ...lines, ".Ed"];
}

/** Text as arguments of a macro; no word of it is taken for a macro. */
export function macroText(text: string): string {
  return text.split(" ").map((word) => `${isMacroLike(word) ? "\\&" : ""}${escapeText(word)}`)
    .join(" ").replaceAll('"', "\\(dq");
}

/** One argument of a macro, whatever it holds. */
export function macroArgument(text: string): string {
  const word = macroText(text);
  return word.includes(" ") ? `"${word}"` : word;
}

/** A list with a heading for each item. */
export function tagList(
  items: readonly (readonly [heading: string, lines: readonly string[]])[],
): string[] {
  const lines = items.flatMap(([heading, body]) => [`.It ${heading}`, ...body]);
  return [".Bl -tag -width Ds", ...lines, ".El"];
}

/** A section, or nothing where it would be empty. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.Sh ${title}`, ...lines];
}

/** A first letter in upper case and a full stop, as sentences have. */
export function toSentence(text: string): string {
  const whole = /[.!?:]$/.test(text) ? text : `${text}.`;
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").filter((one) => one !== "")) {
    if (line !== "" && line.length + word.length >= WIDTH) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

/** A word that a macro's line would take for another macro, or for punctuation of its own. */
function isMacroLike(word: string): boolean {
  return /^(?:[A-Z%][A-Za-z0-9]{1,2}|[.,:;()[\]?!|])$/.test(word);
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("`", "\\(ga")
    .replaceAll("'", "\\(aq").replaceAll("~", "\\(ti").replaceAll("^", "\\(ha");
}
