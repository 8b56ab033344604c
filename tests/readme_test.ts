import assert from "node:assert/strict";
import { parse, type ParseError } from "jsonc-parser";
import { createProgram } from "../cli/program.ts";
import { functionSchema } from "../lib/config/file_schema.ts";
import { codeBlocks, listPages, readPage, readReadme } from "./readme.ts";

const pages = await Promise.all(
  (await listPages()).map(async (path) => ({ path, text: await readPage(path) })),
);
const shell = pages.flatMap(({ path, text }) =>
  codeBlocks(text).filter(({ language }) => language === "sh").map((block) => ({ path, ...block }))
);

/** Pages in which users look for a command, an option or a variable. */
const manual = pages.filter(({ path }) => path === "README.md" || /^docs\/[\w-]+\.md$/.test(path))
  .filter(({ path }) => path !== "docs/root-paths.md");

for (const [index, { path, text }] of shell.entries()) {
  const first = text.split("\n").find((line) => !line.startsWith("#!")) ?? "";
  Deno.test(`${path}: shellcheck accepts block ${index + 1}, "${first}"`, async () => {
    const child = new Deno.Command("shellcheck", {
      // Commands typed into bash may source generated text; scripts do not.
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

Deno.test("README.md has at most 8,192 bytes", async () => {
  const bytes = new TextEncoder().encode(await readReadme()).length;
  assert.ok(bytes <= 8_192, `${bytes} bytes`);
});

Deno.test("README.md begins its commands with the two that set up and test everything", async () => {
  const [first, second] = codeBlocks(await readReadme()).filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.split("\n"));
  assert.match(first!, /^npx --yes deno@2\.9\.6 task start(?: #|$)/);
  assert.match(second!, /^npx --yes deno@2\.9\.6 task test(?: #|$)/);
});

Deno.test("docs/cli.md names each command", async () => {
  const page = await readPage("docs/cli.md");
  const verbs = createProgram(() => {}).commands.map((command) => command.name())
    .filter((name) => name !== "help");
  assert.ok(verbs.length > 10);
  assert.deepEqual(verbs.filter((verb) => !page.includes(`ddsrv ${verb}`)), []);
});

Deno.test("CONTRIBUTING.md names each task of deno.json", async () => {
  const page = await readPage("CONTRIBUTING.md");
  const { tasks } = JSON.parse(await readPage("deno.json"));
  const names = Object.keys(tasks);
  assert.ok(names.length > 10);
  assert.deepEqual(names.filter((name) => !page.includes(`\`deno task ${name}\``)), []);
});

Deno.test("pages show manifests that the schema accepts", () => {
  // The examples of docs/configuration.md are generated, and have their own test.
  const manifests = manual.filter(({ path }) => path !== "docs/configuration.md").flatMap((
    { path, text },
  ) =>
    codeBlocks(text).filter(({ language }) => ["json", "jsonc"].includes(language))
      .map((block) => ({ path, text: block.text }))
  );
  assert.ok(manifests.length >= 2);
  for (const { path, text } of manifests) {
    const errors: ParseError[] = [];
    const { success, error } = functionSchema.safeParse(parse(text, errors));
    assert.deepEqual(errors, [], path);
    assert.ok(success, `${path}: ${error}`);
  }
});

Deno.test("pages name no option that does not exist", () => {
  const program = createProgram(() => {});
  const known = new Set(
    program.commands.flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short])),
  );
  const lines = shell.flatMap(({ text }) => text.split("\n"))
    .flatMap((line) => line.match(/(?<![\w-] )\bddsrv [a-z-]+[^|;&)#]*/g) ?? []);
  assert.ok(lines.length > 30, `only ${lines.length} lines were found`);
  const unknown = lines.flatMap((line) => line.match(/(?<= )--?[a-z][a-z-]*/g) ?? [])
    .filter((option) => !known.has(option));
  assert.deepEqual(unknown, []);
});
