import { ENTRY_FILE, SHARED_DIRECTORY } from "../../../lib/function/layout.ts";
import { quoteWord } from "../../output/quote_word.ts";
import { TEMPLATES_DIRECTORY } from "../../templates.ts";

/** Texts by path below the new directory; `../_shared/…` is beside it. */
export type FunctionFiles = ReadonlyMap<string, string>;

/** Reads the files of a template for a function of the given name. */
export async function readTemplate(template: string, name: string): Promise<FunctionFiles> {
  const files = await readFolder(new URL(`${template}/`, TEMPLATES_DIRECTORY));
  const entry = files.get(ENTRY_FILE) ?? "";
  files.set(ENTRY_FILE, renameIn(entry, template, name));
  const shared = `../${SHARED_DIRECTORY}/`;
  if (!entry.includes(`"${shared}`)) return files;
  const common = await readFolder(new URL(`${SHARED_DIRECTORY}/`, TEMPLATES_DIRECTORY));
  return new Map([...files, ...[...common].map(([path, text]) => [shared + path, text] as const)]);
}

/** The commands at the top of an entry name the template; here they name the new function. */
function renameIn(entry: string, template: string, name: string): string {
  return entry
    .replaceAll(
      new RegExp(`(localhost:\\d+/)${template}`, "g"),
      (_, origin) => origin + encodeURIComponent(name),
    )
    .replaceAll(`ddsrv env set ${template} `, () => `ddsrv env set ${quoteWord(name)} `);
}

async function readFolder(directory: URL, prefix = ""): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${prefix}${name}`;
    if (!isDirectory) files.set(path, await Deno.readTextFile(new URL(name, directory)));
    else {for (const file of await readFolder(new URL(`${name}/`, directory), `${path}/`)) {
        files.set(...file);
      }}
  }
  return files;
}
