import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { version } from "../../cli/version.ts";
import { DENO_VERSION, packageJson } from "../../packaging/package_json.ts";

const read = (path: string): string =>
  Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));

Deno.test("packageJson: the version is that of deno.json", () => {
  assert.equal(packageJson({ version, man: [] }).version, config.version);
});

Deno.test("packageJson: names its man pages, where there are any", () => {
  assert.deepEqual(packageJson({ version, man: ["man/ddsrv.1"] }).man, ["man/ddsrv.1"]);
  assert.equal("man" in packageJson({ version, man: [] }), false);
});

Deno.test("DENO_VERSION: the one that the tests are run with", () => {
  assert.match(read(".ci/run"), new RegExp(` deno@${DENO_VERSION.replaceAll(".", "\\.")} `));
});

Deno.test("packageJson: npm installs it on Linux, macOS and Windows", () => {
  const json = packageJson({ version, man: [] });
  assert.deepEqual([json.os, json.cpu, json.libc], [
    ["linux", "darwin", "win32"],
    ["x64", "arm64"],
    undefined,
  ]);
});
