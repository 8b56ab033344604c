import assert from "node:assert/strict";
import { registryEnvironment } from "../../lib/sandbox/registry_environment.ts";

const CASES: readonly [what: string, registry: string | undefined, expected: unknown][] = [
  ["nothing without a registry", undefined, {}],
  ["nothing for a value that is no URL", "registry.test", {}],
  ["the operator's registry", "http://registry.test:4873/", {
    NPM_CONFIG_REGISTRY: "http://registry.test:4873/",
  }],
  ["no credentials", "https://me:secret@registry.test/npm/", {
    NPM_CONFIG_REGISTRY: "https://registry.test/npm/",
  }],
];

for (const [what, registry, expected] of CASES) {
  Deno.test(`registryEnvironment() returns ${what}`, () => {
    assert.deepEqual(registryEnvironment(registry), expected);
  });
}
