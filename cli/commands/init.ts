import { basename, dirname, join, resolve } from "node:path";
import { SETTINGS_FILE } from "../../lib/config/load_settings.ts";
import { COMMON_FILES, ENTRY_FILE } from "../../lib/function/layout.ts";
import { nameProblem } from "../../lib/function/name.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { printOut } from "../output/print.ts";
import { quoteWord } from "../output/quote_word.ts";

const ENTRY = `/** Answers every request; what is below /NAME arrives here without it. */
Deno.serve((request) => {
  const { pathname } = new URL(request.url);
  const greeting = Deno.env.get("GREETING") ?? "Hi";
  return new Response(\`\${greeting} from \${pathname}\\n\`);
});
`;

const MANIFEST = `{
  // All settings: ddsrv schema --function
  "env": { "GREETING": "Hello" }
}
`;

/** Creates a first function in a new or empty directory and prints the next steps. */
export async function init(path: string): Promise<number> {
  const directory = resolve(path);
  const name = basename(directory);
  const reason = nameProblem(name);
  if (reason !== undefined) {
    throw new CliError(
      `${JSON.stringify(name)} can't be a function's name: ${reason}. Choose another`,
      ExitCode.Usage,
    );
  }
  await makeEmpty(directory);
  await Deno.writeTextFile(join(directory, ENTRY_FILE), ENTRY, { createNew: true });
  await Deno.writeTextFile(join(directory, SETTINGS_FILE), MANIFEST, { createNew: true });
  const shown = path.startsWith("/") ? directory : `./${path.replace(/^(\.\/)+|\/+$/g, "")}`;
  printOut(
    `Created ${quoteWord(shown)}. Add it to the running supervisor:\n` +
      `  ddsrv add ${quoteWord(shown)}\n` +
      await adviseServe(directory, shown),
  );
  return 0;
}

/**
 * Returns advice for when no supervisor runs. `serve` in the parent directory is suggested only if
 * all directories beside the new one are functions, because it would serve them too.
 */
async function adviseServe(directory: string, shown: string): Promise<string> {
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
      await Deno.stat(join(parent, name, ENTRY_FILE)).then(() => true, () => false);
    if (!isOurs) return false;
  }
  return true;
}

async function makeEmpty(directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    for await (const _ of Deno.readDir(directory)) {
      throw new CliError(`"${directory}" exists and is not empty. Choose another directory`);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`Cannot create "${directory}": ${(error as Error).message}`);
  }
}
