import { join } from "node:path";

/** Scripts and configuration, in which a folder names its packages. */
const READ = /\.(?:[cm]?[jt]sx?|jsonc?)$/;

const SPECIFIER = /npm:((?:@[\w.-]+\/)?[\w.-]+)@([\w.-]+)/g;

/** Returns the npm packages that a folder names, as `name version`, sorted. */
export async function readVersions(directory: string): Promise<string[]> {
  const found = new Set<string>();
  for (const text of await readTexts(directory)) {
    for (const [, name, version] of text.matchAll(SPECIFIER)) found.add(`${name} ${version}`);
    for (const [name, version] of dependenciesIn(text)) found.add(`${name} ${version}`);
  }
  return [...found].sort();
}

/** Returns the entries of `dependencies`, if the text is a `package.json` that has them. */
function dependenciesIn(text: string): [string, string][] {
  try {
    const { dependencies = {} } = JSON.parse(text);
    return Object.entries<string>(dependencies).filter(([, version]) => /^\d/.test(version));
  } catch {
    return [];
  }
}

async function readTexts(directory: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (name === "node_modules" || name === "vendor" || name === "deno.lock") continue;
    if (isDirectory) texts.push(...await readTexts(path));
    else if (READ.test(name)) texts.push(await Deno.readTextFile(path));
  }
  return texts;
}
