import { basename, dirname, join } from "node:path";
import { SETTINGS_FILE } from "../../../lib/config/load_settings.ts";
import { COMMON_FILES, ENTRY_FILE } from "../../../lib/function/layout.ts";
import { quoteWord } from "../../output/quote_word.ts";

/**
 * The command for when no supervisor runs. All directories beside the new one would be served with
 * it, which is wanted only where they are functions.
 */
export async function adviseServe(directory: string, shown: string): Promise<string> {
  const parent = dirname(shown);
  if (await holdsFunctionsAlone(dirname(directory))) {
    return `Or serve all functions of its directory:\n  ddsrv serve ${quoteWord(parent)}\n`;
  }
  const name = basename(directory) === "functions" ? "served" : "functions";
  const other = quoteWord(parent === "." ? `./${name}` : join(parent, name));
  return "If none runs, start one first, with a functions directory of its own:\n" +
    `  mkdir -p ${other} && ddsrv serve ${other}\n`;
}

async function holdsFunctionsAlone(parent: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(parent)) {
    const isOurs = COMMON_FILES.includes(name) || name === SETTINGS_FILE || /^[._]/.test(name) ||
      await Deno.stat(join(parent, name, ENTRY_FILE)).then(() => true, () => false);
    if (!isOurs) return false;
  }
  return true;
}
