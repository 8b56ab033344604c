import assert from "node:assert/strict";
import { TEMPLATES, TEMPLATES_DIRECTORY } from "../../cli/templates.ts";
import { ENTRY_FILE } from "../../lib/function/layout.ts";

const names = TEMPLATES.map(({ name }) => name);

Deno.test("TEMPLATES: each has a folder, and each folder is one", async () => {
  const entries = await Array.fromAsync(Deno.readDir(TEMPLATES_DIRECTORY));
  const folders = entries.map(({ name }) => name).filter((name) => !name.startsWith("_"));
  assert.deepEqual(folders.sort(), names.toSorted());
  assert.equal(names.length, 13);
});

Deno.test("TEMPLATES: examples/README.md lists them with their summaries", async () => {
  const readme = await Deno.readTextFile(new URL("../README.md", TEMPLATES_DIRECTORY));
  const rows = readme.matchAll(/^\| \[([a-z-]+)\]\(_templates\/\1\/index\.ts\) +\| (.+?) +\|$/gm);
  const listed = Array.from(rows, ([, name, summary]) => ({ name, summary }));
  assert.deepEqual(listed, TEMPLATES);
});

for (const name of names) {
  Deno.test(`${name}: begins with what it teaches and a command to try it`, async () => {
    const entry = await Deno.readTextFile(new URL(`${name}/${ENTRY_FILE}`, TEMPLATES_DIRECTORY));
    const [comment] = /^(?:\/\/.*\n)+/.exec(entry) ?? [""];
    assert.match(comment, /^\/\/ [A-Z].+: .+\.\n\/\/\n\/\/ {3}\S/);
    assert.match(comment, new RegExp(`^//   curl .*http://localhost:9999/${name}\\b`, "m"));
  });
}

for (const command of [["fmt", "--check"], ["lint"]]) {
  Deno.test(`templates: deno ${command.join(" ")} accepts them with its defaults`, async () => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...command, "--no-config", "--quiet", TEMPLATES_DIRECTORY.pathname],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  });
}
