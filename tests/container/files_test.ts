import assert from "node:assert/strict";
import { TEMPLATES_DIRECTORY } from "../../cli/templates.ts";
import { NEEDED_CAPABILITIES } from "../../lib/isolation/capabilities.ts";
import { programs } from "../../lib/system/programs.ts";

const read = (path: string): Promise<string> =>
  Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

Deno.test("compose.yaml adds exactly the capabilities that serve needs", async () => {
  const [, block = ""] = /cap_add:\n([^]*?)\n {4}security_opt:/.exec(await read("compose.yaml"))!;
  const given = [...block.matchAll(/- (\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(given.sort(), NEEDED_CAPABILITIES.map(([, name]) => name).sort());
});

Deno.test("Dockerfile uses the Deno version of the tests and has the label of this version", async () => {
  const [dockerfile, ci, config] = await Promise.all(
    ["Dockerfile", ".ci/run", "deno.json"].map(read),
  );
  const [, version] = /^ARG DENO_VERSION=(.*)$/m.exec(dockerfile!)!;
  assert.match(ci!, new RegExp(`deno@${version} `));
  assert.ok(dockerfile!.includes(`image.version="${JSON.parse(config!).version}"`));
});

Deno.test("Dockerfile installs the packages of all required programs", async () => {
  const dockerfile = await read("Dockerfile");
  for (const { package: name } of programs) assert.match(dockerfile, new RegExp(` ${name}[ \n]`));
});

Deno.test("image contains the templates of ddsrv init", async () => {
  const lines = (await read(".dockerignore")).split("\n");
  const { pathname } = TEMPLATES_DIRECTORY;
  assert.ok(lines.some((line) => line.startsWith("!") && pathname.endsWith(`/${line.slice(1)}/`)));
});

Deno.test("scripts of the image are executable", async () => {
  for (const name of ["ddsrv", "entrypoint.sh"]) {
    const { mode } = await Deno.stat(new URL(`../../container/${name}`, import.meta.url));
    assert.equal(mode! & 0o111, 0o111, name);
  }
});
