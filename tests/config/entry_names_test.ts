import assert from "node:assert/strict";
import { DEFAULT_ENTRIES, parseEntryName, parseEntryPath } from "../../lib/config/entry_names.ts";

const NOT_IN_FOLDER = /is not a path in the function's folder\. Give one such as src\/server\.ts/;
const NO_MODULE = /is neither a module nor an index\.html/;

const paths: readonly [given: string, path: string | RegExp][] = [
  ["server.ts", "server.ts"],
  ["./src//./server.tsx", "src/server.tsx"],
  ["dist/index.html", "dist/index.html"],
  ["-A.js", "-A.js"],
  ["ü ber/sérvice.mjs", "ü ber/sérvice.mjs"],
  ["server.cjs", "server.cjs"],
  ["../x.ts", NOT_IN_FOLDER],
  ["a/../../x.ts", NOT_IN_FOLDER],
  ["a/../x.ts", NOT_IN_FOLDER],
  ["/etc/passwd", NOT_IN_FOLDER],
  ["", NO_MODULE],
  [".", NO_MODULE],
  ["server", NO_MODULE],
  ["server.py", NO_MODULE],
  ["page.html", NO_MODULE],
  ["a\0b.ts", /contains "\\u0000"\. Rename the file/],
  ["a\nb.ts", /contains "\\n"/],
  ["a\\b.ts", /contains "\\\\"/],
  ["npm:vite.ts", /contains ":"/],
  ["https://a.test/x.ts", /contains ":"/],
  ["[slug].ts", /contains "\["/],
  ["*.ts", /contains "\*"/],
  ["a%2e.ts", /contains "%"/],
  [`${"x".repeat(253)}.ts`, /is too long/],
  [`${"x/".repeat(600)}a.ts`, /is too long/],
];

for (const [given, expected] of paths) {
  Deno.test(`parseEntryPath(${JSON.stringify(given.slice(0, 30))})`, () => {
    if (typeof expected === "string") assert.equal(parseEntryPath(given), expected);
    else {
      assert.throws(
        () => parseEntryPath(given),
        (error) => error instanceof SyntaxError && expected.test(error.message),
      );
    }
  });
}

Deno.test("parseEntryName() accepts the defaults and other modules, and no path", () => {
  for (const name of [...DEFAULT_ENTRIES, "server.ts", "app.cjs"]) {
    assert.equal(parseEntryName(name), name);
  }
  for (const name of ["", "README.md", "a/index.ts", "page.html", "..", "*.ts", "index.ts\n"]) {
    assert.throws(() => parseEntryName(name), /is not a file that can make a folder a function/);
  }
});
