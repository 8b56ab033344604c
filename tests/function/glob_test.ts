import assert from "node:assert/strict";
import { globState, isMatch, stepInto } from "../../lib/function/glob.ts";

function matches(patterns: readonly string[], path: string): boolean {
  return isMatch(path.split("/").reduce(stepInto, globState(patterns)));
}

const TABLE: readonly (readonly [pattern: string, yes: string, no: string])[] = [
  ["templates", "templates templates/a templates/a/b.html", "template templates2/a a/templates"],
  ["templates/**", "templates/a templates/a/b", "other/a .templates/a"],
  ["*.html", "a.html x.html", "html a.htm .a.html a/b.html a.html2"],
  ["**/*.html", "a.html a/b.html a/b/c.html", "a/b.htm .a/b.html a/.b.html"],
  ["**", "a a/b a/b/c", ".a a/.b .git/config"],
  ["a/**/b", "a/b a/x/b a/x/y/b a/b/c", "b a/x a/.x/b"],
  ["a/*/c", "a/b/c a/b/c/d", "a/c a/b/b/c a/.b/c"],
  ["*a*b*", "ab xaxbx aab aabb", "ba a b"],
  ["ab*ba", "abba abxba", "aba ab"],
  [".cache/*", ".cache/a", ".cache/.a cache/a"],
  [".*", ".a .env", "a"],
  ["a+(b).$^|", "a+(b).$^|", "aab"],
  ["**/**/x", "x a/x a/b/x", "y"],
];

Deno.test("globs match whole paths, and all files of a directory", () => {
  for (const [pattern, yes, no] of TABLE) {
    for (const path of yes.split(" ")) {
      assert.ok(matches([pattern], path), `${pattern} ${path}`);
    }
    for (const path of no.split(" ")) {
      assert.ok(!matches([pattern], path), `${pattern} not ${path}`);
    }
  }
  assert.ok(matches(["a", "b/*.x"], "b/c.x") && !matches([], "a"));
});

Deno.test("globs prune directories in which nothing can match", () => {
  assert.deepEqual(stepInto(globState(["templates/**", "*.html"]), "src"), []);
});

Deno.test("globs do not backtrack", () => {
  const pattern = "**/" + "*a".repeat(60) + "*b";
  const name = "a".repeat(255);
  const patterns = Array(16).fill(pattern);
  // With backtracking, this would not end.
  for (let round = 0; round < 1_000; round++) stepInto(globState(patterns), name);
  assert.ok(!matches([pattern], `${name}/${name}`));
  assert.ok(!matches(["**/a/".repeat(24) + "b"], Array(200).fill("a").join("/")));
});

Deno.test("globs have at most as many places as the patterns have names", () => {
  const repeated = globState(Array(16).fill("**/".repeat(40) + "x"));
  assert.equal(stepInto(stepInto(repeated, "a"), "a").length, 16 * 2);
  let state = globState(["**/*/".repeat(6)]);
  for (let depth = 0; depth < 100; depth++) state = stepInto(state, "a");
  assert.ok(state.length <= 14);
});
