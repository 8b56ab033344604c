/** A block of code in a page. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

const ROOT = new URL("../", import.meta.url);

/** Pages in the repository's root. */
const ROOT_PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];

/** Directories of pages. */
const PAGE_DIRECTORIES = ["docs", "docs/decisions"];

/** Pages beside the code. */
const ROOM_PAGES = ["lib/README.md", "lib/proxy/README.md"];

/** Returns the text of a page; its path is relative to the repository's root. */
export async function readPage(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** Returns the README's text. */
export async function readReadme(): Promise<string> {
  return await readPage("README.md");
}

/** Returns the paths of all pages, relative to the repository's root. */
export async function listPages(): Promise<string[]> {
  const found = await Promise.all(PAGE_DIRECTORIES.map(async (directory) => {
    const entries = await Array.fromAsync(Deno.readDir(new URL(directory, ROOT)));
    return entries.map(({ name }) => name).filter((name) => name.endsWith(".md")).sort()
      .map((name) => `${directory}/${name}`);
  }));
  return [...ROOT_PAGES, ...found.flat(), ...ROOM_PAGES];
}

/** Returns all blocks of code in a Markdown text, in their order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)]
    .map(([, indent = "", language = "", text = ""]) => ({
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }));
}

/** Returns a Markdown text without its blocks of code. */
export function proseOf(markdown: string): string {
  return markdown.replace(/^( *)```\w*\n[\s\S]*?^\1```$/gm, "");
}

/** Returns the one block of shell commands in a page that has all of these parts. */
export async function shellBlock(path: string, ...parts: readonly string[]): Promise<string> {
  const found = codeBlocks(await readPage(path))
    .filter(({ language, text }) =>
      language === "sh" && parts.every((part) => text.includes(part))
    );
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${path} have ${parts}`);
  return found[0]!.text;
}
