import { basename, dirname, join } from "node:path";
import { SETTINGS_FILE } from "../../../lib/config/load_settings.ts";
import { DEFAULT_ENTRIES } from "../../../lib/config/entry_names.ts";
import { findEntry } from "../../../lib/function/find_entry.ts";
import { COMMON_FILES } from "../../../lib/function/layout.ts";
import { quoteWord } from "../../output/quote_word.ts";

/**
 * Returns advice for when no supervisor runs. `serve` in the parent directory is suggested only if
 * all directories beside the new one are functions, because it would serve them too.
 */
export async function adviseServe(directory: string, shown: string): Promise<string> {
  const parent = dirname(shown);
  if (await holdsFunctionsAlone(dirname(directory))) {
    return `Or serve all functions of its directory:\n  ddsrv serve ${quoteWord(parent)}\n`;
  }
  const name = basename(directory) === "functions" ? "served" : "functions";
  const other = quoteWord(parent === "." ? `./${name}` : join(parent, name));
  return "If no supervisor runs, start one first, with its own functions directory:\n" +
    `  mkdir -p ${other} && ddsrv serve ${other}\n`;
}

async function holdsFunctionsAlone(parent: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(parent)) {
    const isOurs = COMMON_FILES.includes(name) || name === SETTINGS_FILE || /^[._]/.test(name) ||
      await findEntry(join(parent, name), DEFAULT_ENTRIES)
        .then(({ type }) => type !== "none", () => false);
    if (!isOurs) return false;
  }
  return true;
}
