import assert from "node:assert/strict";
import type { CommandModel } from "../../../cli/generate/command_model.ts";
import { toCommandModel } from "../../../cli/tree/to_command_model.ts";
import { pageName } from "../../../cli/generate/man_page.ts";
import { createProgram } from "../../../cli/program.ts";

const directory = new URL("../../../man/", import.meta.url);
const program = toCommandModel(createProgram(() => {}));
const commands: readonly CommandModel[] = [program, ...program.verbs];
const pages = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();

async function run(name: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(name, {
    args,
    cwd: directory,
    env: { MANPAGER: "cat", MANWIDTH: "80", LC_ALL: "C.UTF-8" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stderr) + decoder.decode(stdout) };
}

Deno.test("manPage() passes mandoc -T lint", async () => {
  const { text } = await run("mandoc", "-Tlint", "-W", "style", ...pages);
  // That the pages are not installed here is no fault of theirs; the next test looks at that.
  const said = text.split("\n").filter((line) => !line.includes("referenced manual not found"));
  assert.equal(said.join("\n"), "");
});

Deno.test("manPage() refers only to existing pages", async () => {
  for (const page of pages) {
    const text = await Deno.readTextFile(new URL(page, directory));
    for (const [, name, section] of text.matchAll(/^\.(?:It )?Xr (\S+) (\d)/gm)) {
      assert.ok(pages.includes(`${name}.${section}`), `${page}: ${name}(${section})`);
    }
  }
});

for (const page of pages) {
  Deno.test(`manPage() renders ${page} in man without a warning`, async () => {
    const { code, text } = await run("man", "--warnings", "-l", page);
    assert.equal(code, 0);
    assert.doesNotMatch(text, /warning|error:/);
    for (const title of ["NAME", "DESCRIPTION", "SEE ALSO"]) {
      assert.match(text, new RegExp(`^${title}$`, "m"));
    }
  });
}

for (const command of commands) {
  Deno.test(`manPage() of ${pageName(program, command)} is complete`, async () => {
    const { text } = await run("man", "-l", `${pageName(program, command)}.1`);
    // Words are hyphenated at the ends of lines, and lines filled.
    const plain = text.replace(/\u2010\n\s*/g, "").replace(/\s+/g, " ");
    const expected = [
      ...command.options.flatMap(({ names }) => names),
      ...command.arguments.map(({ placeholder }) => placeholder),
      ...command.aliases.map((alias) => `${program.name} ${alias}`),
      ...command.examples.map(([commandLine]) => `$ ${commandLine}`),
      ...(command.manual.variables ?? []).flatMap(({ names }) => names),
      ...(command.manual.files ?? []).map(({ path }) => path),
      "EXIT STATUS 0 Success.",
    ];
    for (const one of expected) assert.ok(plain.includes(one), `${one} in ${plain}`);
  });
}
