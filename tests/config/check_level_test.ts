import assert from "node:assert/strict";
import { z } from "zod";
import { checkLevel, type CheckSetting, levelFor } from "../../lib/config/check_level.ts";

const levels: readonly [entry: string, setting: CheckSetting, level: string][] = [
  ["index.ts", "auto", "types"],
  ["index.tsx", "auto", "types"],
  ["index.mts", "auto", "types"],
  ["main.cts", "auto", "types"],
  ["src/server.ts", "auto", "types"],
  ["index.js", "auto", "graph"],
  ["index.mjs", "auto", "graph"],
  ["index.jsx", "auto", "graph"],
  ["ts", "auto", "graph"],
  ["index.html", "auto", "graph"],
  ["a.ts.js", "auto", "graph"],
  ["index.js", "types", "types"],
  ["index.ts", "graph", "graph"],
  ["index.ts", "none", "none"],
];

for (const [entry, setting, level] of levels) {
  Deno.test(`levelFor() checks ${entry} with ${setting} at ${level}`, () => {
    assert.equal(levelFor(entry, setting), level);
  });
}

const texts: readonly [text: string, setting: CheckSetting][] = [
  ["true", "auto"],
  ["1", "auto"],
  ["yes", "auto"],
  ["false", "graph"],
  ["0", "graph"],
  ["No", "graph"],
  ["types", "types"],
  ["graph", "graph"],
  ["none", "none"],
];

for (const [text, setting] of texts) {
  Deno.test(`checkLevel reads "${text}" as ${setting}`, () => {
    assert.equal(checkLevel.parse(text), setting);
  });
}

Deno.test("checkLevel reads levels and booleans of a file, and writes them again", () => {
  const schema = checkLevel.schema(z);
  const read = [true, false, "types", "graph", "none"].map((value) => schema.parse(value));
  assert.deepEqual(read, ["auto", "graph", "types", "graph", "none"]);
  assert.deepEqual(read.map(checkLevel.write), [true, "graph", "types", "graph", "none"]);
});

for (const value of ["auto", "all", "", 1, null, {}]) {
  Deno.test(`checkLevel refuses ${JSON.stringify(value)}, and says what to give`, () => {
    const message = /Give types, graph, none, true for the default, or false for graph/;
    assert.throws(() => checkLevel.schema(z).parse(value), { message });
    if (typeof value === "string") assert.throws(() => checkLevel.parse(value), { message });
  });
}
