/** Maximum length of a source line: mandoc(1) warns about longer ones. */
const WIDTH = 76;

/**
 * Returns a text as mdoc(7) lines; each sentence begins a line.
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

/** Returns a block whose lines are printed unchanged, such as code or a command line. */
export function literalBlock(text: string): string[] {
  const lines = text.split("\n").map((line) => escapeText(line).replace(/^(?=[.'])/, "\\&"));
  return [".Bd -literal -offset indent", ...lines, ".Ed"];
}

/** Escapes a text for a macro line, so that no word of it is read as a macro. */
export function macroText(text: string): string {
  return text.split(" ").map((word) => `${isMacroLike(word) ? "\\&" : ""}${escapeText(word)}`)
    .join(" ").replaceAll('"', "\\(dq");
}

/** Escapes a text as a single argument of a macro, in quotes if it has spaces. */
export function macroArgument(text: string): string {
  const word = macroText(text);
  return word.includes(" ") ? `"${word}"` : word;
}

/** Returns a list with a heading for each item. */
export function tagList(
  items: readonly (readonly [heading: string, lines: readonly string[]])[],
): string[] {
  const lines = items.flatMap(([heading, body]) => [`.It ${heading}`, ...body]);
  return [".Bl -tag -width Ds", ...lines, ".El"];
}

/** Returns a section with its heading; empty if it has no lines. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.Sh ${title}`, ...lines];
}

/** Adds an initial capital and a full stop. */
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

/** Returns true if a macro line would read the word as a macro or as its own punctuation. */
function isMacroLike(word: string): boolean {
  return /^(?:[A-Z%][A-Za-z0-9]{1,2}|[.,:;()[\]?!|])$/.test(word);
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("`", "\\(ga")
    .replaceAll("'", "\\(aq").replaceAll("~", "\\(ti").replaceAll("^", "\\(ha");
}
