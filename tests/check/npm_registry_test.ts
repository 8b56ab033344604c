import assert from "node:assert/strict";
import { findNpmRegistry } from "../../lib/check/npm_registry.ts";
import { baseEnvironment } from "../../lib/sandbox/deno_command.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const deno = Deno.execPath();

Deno.test("findNpmRegistry() returns the operator's registry", async () => {
  await using place = await temporaryDirectory();
  const env = { ...baseEnvironment(), NPM_CONFIG_REGISTRY: "http://registry.test:4873/" };
  assert.equal(await findNpmRegistry({ deno, env, directory: place.path }), "registry.test:4873");
});

Deno.test("findNpmRegistry() returns Deno's registry by default", async () => {
  await using place = await temporaryDirectory();
  const env = baseEnvironment();
  assert.match(await findNpmRegistry({ deno, env, directory: place.path }), /^[a-z.]+:443$/);
});

Deno.test("findNpmRegistry() rejects when Deno exits without a request", async () => {
  await using place = await temporaryDirectory();
  await assert.rejects(
    findNpmRegistry({ deno: "/bin/false", env: {}, directory: place.path }),
    /Cannot find out which npm registry Deno uses/,
  );
});
