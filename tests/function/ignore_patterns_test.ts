import assert from "node:assert/strict";
import { rebasePatterns } from "../../lib/function/ignore_patterns.ts";

const ROWS: readonly (readonly [string, string, readonly string[]])[] = [
  ["*.log", "", ["*.log"]],
  ["*.log", "shop", ["/shop/**/*.log"]],
  ["/dist", "shop", ["/shop/dist"]],
  ["a/b/", "shop/web", ["/shop/web/a/b/"]],
  ["dist/", "shop", ["/shop/**/dist/"]],
  ["!keep", "shop", ["!/shop/**/keep"]],
  ["\\!odd", "shop", ["/shop/**/\\!odd"]],
  ["\ufeffa\r\nb\r", "", ["a", "b"]],
  ["# comment\n\n  \n/\n!\n!  ", "shop", []],
  ["a  \nb\\ \nc\\\\ ", "shop", ["/shop/**/a", "/shop/**/b\\ ", "/shop/**/c\\\\"]],
  ["x", "we[ir]d *?!# \\", ["/we\\[ir\\]d\\ \\*\\?\\!\\#\\ \\\\/**/x"]],
];

Deno.test("rebasePatterns() ties patterns to their directory", () => {
  for (const [text, base, wanted] of ROWS) {
    assert.deepEqual(rebasePatterns(text, base), wanted, JSON.stringify([text, base]));
  }
});
