import assert from "node:assert/strict";
import { describeUnmatched } from "../../../cli/commands/serve/unmatched.ts";

const supervisor = {
  functions: new Map(),
  unsettled: new Set(["new"]),
  ignored: new Map([["big", "it has too many files"]]),
};

function describe(...patterns: readonly string[]): string | undefined {
  const functions = patterns.map((pattern) => ({ pattern, settings: {} }));
  return describeUnmatched({ functions }, supervisor);
}

Deno.test("describeUnmatched() is silent if each entry matches a folder", () => {
  assert.equal(describe(), undefined);
  assert.equal(describe("new", "n*", "big", "*"), undefined);
});

Deno.test("describeUnmatched() names entries that match nothing, but not hundreds", () => {
  assert.equal(
    describe("nwe", "new", "x-*"),
    '"functions" in ddsrv.json has entries that match no function: "nwe", "x-*". Correct the ' +
      "names, or add the functions",
  );
  const many = Array.from({ length: 300 }, (_, index) => `f${index}`);
  assert.match(describe(...many)!, /: "f0", "f1", "f2", "f3", "f4" and 295 more\. Correct/);
});
