import assert from "node:assert/strict";
import { GENERATED_DIRECTORIES, generatedFiles } from "../../../cli/generate/generated_files.ts";
import { HELP_FILE, helpFile } from "../../../cli/generate/help_file.ts";
import { createProgram } from "../../../cli/program.ts";
import { toCommandModel } from "../../../cli/tree/to_command_model.ts";
import { version } from "../../../cli/version.ts";

const root = new URL("../../../", import.meta.url);

Deno.test("generatedFiles() are up to date, with nothing else in completions/ and man/", async () => {
  const files = generatedFiles(toCommandModel(createProgram(() => {})), version);
  const entries = await Promise.all(
    GENERATED_DIRECTORIES.map(async (directory) =>
      (await Array.fromAsync(Deno.readDir(new URL(directory, root))))
        .map(({ name }) => `${directory}/${name}`)
    ),
  );
  const there = entries.flat();
  const drifted = await Promise.all([...files].map(async ([path, text]) => {
    const found = await Deno.readTextFile(new URL(path, root)).catch(() => undefined);
    return found === text ? [] : [path];
  }));
  const wrong = [...drifted.flat(), ...there.filter((path) => !files.has(path))];
  assert.deepEqual(wrong, [], "These differ from the command tree. Run: deno task generate");
});

Deno.test("helpFile() is up to date", async () => {
  const found = await Deno.readTextFile(new URL(HELP_FILE, root));
  const now = helpFile(createProgram(() => {}));
  assert.equal(found, now, `${HELP_FILE} differs from the command tree. Run: deno task generate`);
});

Deno.test("generatedFiles(): do not depend on the environment", async () => {
  const module = new URL("cli/generate/generated_files.ts", root).href;
  const program = new URL("cli/program.ts", root).href;
  const model = new URL("cli/tree/to_command_model.ts", root).href;
  const script =
    `import { generatedFiles } from "${module}"; import { createProgram } from "${program}";
    import { toCommandModel } from "${model}";
    const files = generatedFiles(toCommandModel(createProgram(() => {})), "${version}");
    Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify([...files])));`;
  const make = async (env: Record<string, string>): Promise<string> => {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", script], env })
      .output();
    return new TextDecoder().decode(stdout);
  };
  const elsewhere = {
    XDG_RUNTIME_DIR: "/x",
    XDG_STATE_HOME: "/y",
    DDSRV_SOCKET: "/z",
    COLUMNS: "9",
  };
  const [here, there] = await Promise.all([make({}), make(elsewhere)]);
  assert.ok(here.length > 10_000);
  assert.equal(there, here);
});
