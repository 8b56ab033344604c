/** Returns the number of line feeds in a text. */
export function countLines(text: string): number {
  return text.split("\n").length - 1;
}
