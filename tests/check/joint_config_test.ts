import assert from "node:assert/strict";
import { allowsJointChecks } from "../../lib/check/joint_config.ts";

const CONFIGS: readonly (readonly [denoJson: string | undefined, isAllowed: boolean])[] = [
  [undefined, true],
  ["{}", true],
  ['{ "imports": { "@/": "./_shared/" }, /* c */ "tasks": {} }', true],
  ['{ "compilerOptions": { "strict": false, "noUnusedLocals": true, "lib": ["dom"] } }', true],
  ['{ "imports": { "ms": "npm:ms@2" } }', false],
  ['{ "scopes": { "./a/": { "b": "https://registry.test/b.ts" } } }', false],
  ['{ "imports": { "a": "/etc/a.ts" } }', false],
  ['{ "compilerOptions": { "types": ["./a.d.ts"] } }', false],
  ['{ "compilerOptions": { "moduleDetection": "legacy" } }', false],
  ['{ "compilerOptions": [] }', false],
  ['{ "workspace": ["./a"] }', false],
  ['{ "exclude": ["a"] }', false],
  ['{ "unstable": ["sloppy-imports"] }', false],
  ['{ "imports": ["a"] }', false],
  ["[]", false],
  ["", false],
];

for (const [denoJson, isAllowed] of CONFIGS) {
  Deno.test(`allowsJointChecks() is ${isAllowed} for the deno.json ${denoJson}`, () => {
    assert.equal(allowsJointChecks({ denoJson, importMap: undefined }), isAllowed);
  });
}

Deno.test("allowsJointChecks() requires an import map of local files", () => {
  const allows = (importMap: string) => allowsJointChecks({ denoJson: undefined, importMap });
  assert.equal(allows('{ "imports": { "a": "./_shared/a.ts" } }'), true);
  assert.equal(allows('{ "imports": { "a": "jsr:@std/path" } }'), false);
  assert.equal(allows('{ "tasks": {} }'), false);
});
