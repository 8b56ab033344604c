import assert from "node:assert/strict";
import { functionSchema, settingsIn } from "../../lib/config/file_schema.ts";
import { parseJsonFile } from "../../lib/config/json_file.ts";
import { parseWatchPattern } from "../../lib/config/watch_pattern.ts";

Deno.test("parseWatchPattern() takes patterns of the folder", () => {
  for (const text of ["templates", "**", "*.html", "a/**/b*", ".config/x", "a b/é"]) {
    assert.equal(parseWatchPattern(text), text);
  }
  assert.equal(parseWatchPattern("./templates/"), "templates");
});

Deno.test("parseWatchPattern() refuses ways out of the folder and other syntax", () => {
  const refused = [
    ...["", "/", "/a", "..", "../a", "a/../b", "a//b", ".", "./", "a/./b", "a**", "**a/b", "a\\b"],
    ...["a?", "[ab]", "{a,b}", "!a", "a\0", "a\nb", "x".repeat(129), `a${"/a".repeat(12)}`],
  ];
  for (const text of refused) assert.throws(() => parseWatchPattern(text), SyntaxError, text);
});

Deno.test("a manifest's watch is all or a list of patterns", () => {
  const parse = (text: string): unknown =>
    settingsIn(parseJsonFile({ path: "m", text, schema: functionSchema }));
  assert.deepEqual(parse('{ "watch": "all" }'), { watchFiles: ["**"] });
  assert.deepEqual(parse('{ "watch": ["./t/", "*.html"] }'), { watchFiles: ["t", "*.html"] });
  assert.throws(() => parse('{ "watch": ["../t"] }'), /m:1:\d+ .*"\.\.\/t"/);
  assert.throws(() => parse('{ "watch": true }'), /m:1:/);
  assert.throws(() => parse(JSON.stringify({ watch: Array(17).fill("a") })), /at most 16/);
});
