import assert from "node:assert/strict";
import { createProgram } from "../cli/program.ts";
import { codeBlocks, readReadme } from "./readme.ts";

const readme = await readReadme();
const shell = codeBlocks(readme).filter(({ language }) => language === "sh");

for (const [index, { text }] of shell.entries()) {
  const first = text.split("\n").find((line) => !line.startsWith("#!")) ?? "";
  Deno.test(`README: shellcheck reads block ${index + 1}, "${first}"`, async () => {
    const child = new Deno.Command("shellcheck", {
      // What is typed into bash sources what is made there and then; scripts do not.
      args: text.startsWith("#!") ? ["-"] : ["--shell=bash", "--exclude=SC1090", "-"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { code, stdout } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stdout));
  });
}

Deno.test("README names each verb", () => {
  const program = createProgram(() => {});
  const verbs = program.commands.map((command) => command.name()).filter((name) => name !== "help");
  assert.deepEqual(verbs.filter((verb) => !readme.includes(`ddsrv ${verb}`)), []);
});

Deno.test("README: names no option that is not there", () => {
  const program = createProgram(() => {});
  const known = new Set(
    program.commands.flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short])),
  );
  const lines = shell.flatMap(({ text }) => text.split("\n"))
    .flatMap((line) => line.match(/(?<![\w-] )\bddsrv [a-z-]+[^|;&)#]*/g) ?? []);
  assert.ok(lines.length > 10, `only ${lines.length} lines were found`);
  const unknown = lines.flatMap((line) => line.match(/(?<= )--?[a-z][a-z-]*/g) ?? [])
    .filter((option) => !known.has(option));
  assert.deepEqual(unknown, []);
});
