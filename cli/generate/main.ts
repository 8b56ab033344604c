// Generates completions and man pages from the command tree, and deletes outdated ones.
import { createProgram } from "../program.ts";
import { toCommandModel } from "../tree/to_command_model.ts";
import { version } from "../version.ts";
import { GENERATED_DIRECTORIES, generatedFiles } from "./generated_files.ts";

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
  for (const [path, text] of files) await Deno.writeTextFile(new URL(path, root), text);
}

await generate();
