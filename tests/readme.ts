/** A block of code of the README. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

/** The README's text. */
export async function readReadme(): Promise<string> {
  return await Deno.readTextFile(new URL("../README.md", import.meta.url));
}

/** All blocks of code of a Markdown text, in their order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .map(([, language = "", text = ""]) => ({ language, text }));
}
