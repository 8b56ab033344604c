import assert from "node:assert/strict";
import { functionSchema, settingsIn } from "../../lib/config/file_schema.ts";
import { parseJsonFile } from "../../lib/config/json_file.ts";
import {
  encodeWritableName,
  MAX_WRITABLE_NAMES,
  parseWritableName,
  writableNamesProblem,
} from "../../lib/config/writable_name.ts";

Deno.test("parseWritableName() takes relative paths in the folder", () => {
  const table = [
    ["uploads", "uploads"],
    ["./uploads", "uploads"],
    ["uploads/", "uploads/"],
    ["app.db", "app.db"],
    [".cache", ".cache"],
    ["public/uploads", "public/uploads"],
    ["...a", "...a"],
    ["a b%2F*", "a b%2F*"],
    ["größe", "größe"],
  ];
  for (const [text, name] of table) assert.equal(parseWritableName(text!), name, text);
});

Deno.test("parseWritableName() refuses what could lead out of the folder or is code", () => {
  const refused = [
    ...["", "/", "/etc", "//a", ".", "..", "...", "./", "././a", "../a", "a/..", "a/../b", "a/./b"],
    ...["a//b", "a/", "a//", "./../a", "a/b/..", "a\0b", "a\nb", "a\\b", "a,b", "\ud800", "\x7f"],
    ...["node_modules", "a/node_modules/b", "x".repeat(201), "ü".repeat(50)],
  ].filter((text) => text !== "a/");
  for (const text of refused) assert.throws(() => parseWritableName(text), SyntaxError, text);
});

Deno.test("encodeWritableName() gives different names one component each", () => {
  const names = ["a", "a/b", "a%2Fb", "A", "a b", ".a", "a.b", "größe"];
  const encoded = names.map(encodeWritableName);
  assert.equal(new Set(encoded).size, names.length);
  for (const one of encoded) assert.match(one, /^(?!\.*$)[^/]+$/);
  assert.equal(encodeWritableName("a/b/"), encodeWritableName("a/b"));
});

Deno.test("writableNamesProblem() refuses nested names, the same one twice, and too many", () => {
  assert.equal(writableNamesProblem(["a", "ab", "b/a", "b/ab"]), undefined);
  assert.equal(writableNamesProblem(["a", "a/b"]), '"a/b" is in "a". Give only one of them');
  assert.match(writableNamesProblem(["a/", "a"])!, /is in/);
  assert.match(writableNamesProblem(["a", "a"])!, /is in/);
  const many = Array.from({ length: MAX_WRITABLE_NAMES + 1 }, (_, index) => `n${index}`);
  assert.equal(writableNamesProblem(many.slice(1)), undefined);
  assert.equal(writableNamesProblem(many), "Give at most 32 names");
});

Deno.test("a manifest's writable names are checked with their place in the file", () => {
  const parse = (text: string): unknown =>
    settingsIn(parseJsonFile({ path: "m", text, schema: functionSchema }));
  assert.deepEqual(parse('{ "writable": ["./uploads", "app.db"] }'), {
    writable: ["uploads", "app.db"],
  });
  assert.throws(() => parse('{ "writable": ["a", "../b"] }'), /^ConfigError: m:1:\d+ .*"\.\.\/b"/);
  assert.throws(() => parse('{ "writable": ["a", "a/b"] }'), /"a\/b" is in "a"/);
  assert.throws(() => parse('{ "writable": "a" }'), /m:1:/);
});
