import assert from "node:assert/strict";
import { fileIdentity } from "../../lib/system/file_identity.ts";

const FILE = { dev: 1, ino: 2, birthtime: new Date(3) };

Deno.test("fileIdentity() is the same for the same file", () => {
  assert.equal(fileIdentity({ ...FILE }), fileIdentity(FILE));
});

const others: readonly [what: string, other: Parameters<typeof fileIdentity>[0]][] = [
  ["on another device", { ...FILE, dev: 2 }],
  ["with another number", { ...FILE, ino: 3 }],
  ["that was given the number of a removed one", { ...FILE, birthtime: new Date(4) }],
  ["without a known time", { ...FILE, birthtime: null }],
];

for (const [what, other] of others) {
  Deno.test(`fileIdentity() differs for a file ${what}`, () => {
    assert.notEqual(fileIdentity(other), fileIdentity(FILE));
  });
}
