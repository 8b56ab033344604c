// A package whose tarball holds a set-user-ID file: Deno keeps its mode, and so makes, with no native
// code at all, a program that others would run as the user of the check.
import assert from "node:assert/strict";
import { writeSystemCallFilter } from "../../lib/sandbox/system_call_filter.ts";
import { archive } from "../function/tar/archive.ts";
import { runSandboxed } from "../run_sandboxed.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const PORT = 8_765;
const TARBALL = "pack-1.0.0.tgz";

/** Serves the registry, lets Deno cache the function, and prints the resulting modes. */
const INSIDE = `
Deno.serve({ hostname: "127.0.0.1", port: ${PORT}, onListen() {} }, async (request) =>
  new Response(await Deno.readFile("/registry" + new URL(request.url).pathname)));
const { success, stderr } = await new Deno.Command("/ddsrv/deno", {
  args: ["cache", "--quiet", "--no-lock", "index.ts"],
  env: { NPM_CONFIG_REGISTRY: "http://127.0.0.1:${PORT}/" },
}).output();
const { stdout } = await new Deno.Command("find", {
  args: ["/ddsrv/cache", "-name", "tool", "-printf", "%m "],
}).output();
await Deno.stdout.write(stdout);
console.log(success ? "cached" : new TextDecoder().decode(stderr));
Deno.exit();
`;

async function makeRegistry(directory: TemporaryDirectory, mode: number): Promise<void> {
  const packed = archive(
    { name: "package/package.json", content: '{"name":"pack","version":"1.0.0"}' },
    { name: "package/index.js", content: "module.exports = 1;" },
    { name: "package/tool", content: "#!/bin/sh\n", mode },
  );
  const stream = new Blob([packed]).stream().pipeThrough(new CompressionStream("gzip"));
  const tarball = new Uint8Array(await new Response(stream).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", tarball));
  const dist = {
    tarball: `http://127.0.0.1:${PORT}/${TARBALL}`,
    integrity: `sha512-${digest.toBase64()}`,
  };
  const version = { name: "pack", version: "1.0.0", dist };
  const packument = {
    name: "pack",
    "dist-tags": { latest: "1.0.0" },
    versions: { "1.0.0": version },
  };
  await directory.write("registry/pack", JSON.stringify(packument));
  await Deno.writeFile(directory.at(`registry/${TARBALL}`), tarball);
  await directory.write("function/index.ts", 'import "npm:pack@1.0.0";\n');
  await directory.write("function/inside.ts", INSIDE);
}

async function cache(directory: TemporaryDirectory, filter?: string): Promise<string> {
  const { stdout, stderr } = await runSandboxed({
    network: "loopback",
    ...(filter === undefined ? {} : { systemCallFilter: filter }),
    uid: 1_879_048_779,
    mounts: [
      { source: Deno.execPath(), target: "/ddsrv/deno" },
      { source: directory.at("registry"), target: "/registry" },
      { source: directory.at("function"), target: "/function" },
    ],
    scratch: ["/ddsrv/cache"],
    workingDirectory: "/function",
    command: ["/ddsrv/deno", "run", "--quiet", "--no-lock", "--no-check", "-A", "inside.ts"],
  }, { NO_COLOR: "1" });
  return stdout + stderr;
}

for (const mode of [0o4755, 0o2755]) {
  Deno.test(`a package's tarball can't create a file of mode ${mode.toString(8)}`, async () => {
    await using directory = await temporaryDirectory();
    await makeRegistry(directory, mode);
    const filter = await writeSystemCallFilter(directory.path);
    assert.equal(await cache(directory), `${mode.toString(8)} cached\n`);
    const said = await cache(directory, filter);
    assert.match(said, /^(644 )+error: Failed caching npm package 'pack@1\.0\.0'/);
    assert.match(said, /failed to set permissions .*tool': Operation not permitted/);
  });
}

Deno.test("a package's tarball may contain programs", async () => {
  await using directory = await temporaryDirectory();
  await makeRegistry(directory, 0o755);
  const filter = await writeSystemCallFilter(directory.path);
  assert.equal(await cache(directory, filter), "755 cached\n");
});
