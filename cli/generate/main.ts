// Generates completions, man pages and the help of the program from the command tree, and deletes
// outdated ones.
import { createProgram } from "../program.ts";
import { toCommandModel } from "../tree/to_command_model.ts";
import { version } from "../version.ts";
import { GENERATED_DIRECTORIES, generatedFiles } from "./generated_files.ts";
import { HELP_FILE, helpFile } from "./help_file.ts";

const root = new URL("../../", import.meta.url);

async function generate(): Promise<void> {
  const files = generatedFiles(toCommandModel(createProgram(() => {})), version);
  for (const directory of GENERATED_DIRECTORIES) {
    await Deno.mkdir(new URL(directory, root), { recursive: true });
    for await (const { name } of Deno.readDir(new URL(directory, root))) {
      const path = `${directory}/${name}`;
      if (!files.has(path)) await Deno.remove(new URL(path, root));
    }
  }
  const all = [...files, [HELP_FILE, helpFile(createProgram(() => {}))] as const];
  for (const [path, text] of all) await Deno.writeTextFile(new URL(path, root), text);
}

await generate();
