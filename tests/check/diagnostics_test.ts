import assert from "node:assert/strict";
import { type Diagnostic, parseDiagnostics } from "../../lib/check/diagnostics.ts";

const at = (
  file: string | null,
  line: number | null,
  column: number | null,
  code: string | null,
  message: string,
): Diagnostic => ({ file, line, column, code, message });

const cases: readonly [what: string, text: string, expected: readonly Diagnostic[]][] = [
  ["an empty text", "", []],
  [
    "type errors, one with a second line and a second location",
    `TS2345 [ERROR]: Argument of type 'A' is not assignable.
  Property 'c' is missing in type 'A'.
f({b: 1});
  ~~~~~~
    at file:///f/g%20h/index.ts:2:3

    'c' is declared here.
    function f(a: A) {}
                  ^
        at file:///f/g/index.ts:1:27

TS2304 [ERROR]: Cannot find name 'foo'.
foo
^
    at file:///f/g/index.ts:3:1

Found 2 errors.

error: Type checking failed.`,
    [
      at(
        "/f/g h/index.ts",
        2,
        3,
        "TS2345",
        "Argument of type 'A' is not assignable.\n  Property 'c' is missing in type 'A'.",
      ),
      at("/f/g/index.ts", 3, 1, "TS2304", "Cannot find name 'foo'."),
    ],
  ],
  [
    "a syntax error",
    `error: The module's source code could not be parsed: Expected ';' at file:///f/a.ts:1:9

  const x y = 1;
          ~`,
    [
      at("/f/a.ts", 1, 9, null, "The module's source code could not be parsed: Expected ';'"),
    ],
  ],
  [
    "a missing import",
    'error: Module not found "file:///f/nope.ts".\n    at file:///f/a.ts:1:17',
    [at("/f/a.ts", 1, 17, null, 'Module not found "file:///f/nope.ts".')],
  ],
  [
    "remote code",
    "TS2322 [ERROR]: No\nx\n~\n    at https://example.com/x.ts:4:5\n\nerror: Type checking failed.",
    [at("https://example.com/x.ts", 4, 5, "TS2322", "No")],
  ],
  [
    "an error without a location",
    "error: Import 'https://evil.example/' failed.\n",
    [at(null, null, null, null, "Import 'https://evil.example/' failed.")],
  ],
  [
    "settings",
    '/f/a/ddsrv.json:2:3 has the unknown key "x"\n/f/a/ddsrv.json:3:1 is not JSON',
    [
      at("/f/a/ddsrv.json", 2, 3, null, 'has the unknown key "x"'),
      at("/f/a/ddsrv.json", 3, 1, null, "is not JSON"),
    ],
  ],
  ["unknown text", '"/f/a" has no index.ts, so that serve ignores it', []],
];

for (const [what, text, expected] of cases) {
  Deno.test(`parseDiagnostics() of ${what}`, () => {
    assert.deepEqual(parseDiagnostics(text), expected);
  });
}
