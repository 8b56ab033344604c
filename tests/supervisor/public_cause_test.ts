import assert from "node:assert/strict";
import { type CauseOptions, publicCause } from "../../lib/supervisor/public_cause.ts";
import { redact } from "../../lib/supervisor/redact.ts";

const SECRET = "postgres://app:hunter22@db:5432/shop";
const ERROR = "error: Uncaught (in promise) Error: no table";

const cases: readonly [
  what: string,
  text: string,
  cause: string,
  stage?: CauseOptions["stage"],
][] = [
  ["no output", "", ""],
  ["output without an error of Deno", "key: abc\nfailed", ""],
  ["the error after other output", `listening\n${ERROR}\n    at file:///a.ts`, ERROR],
  ["the last of two errors", `error: a\n${ERROR}`, ERROR],
  [
    "the error of a worker instead of its consequence",
    'error: Uncaught (in worker "") Module not found "file:///w.ts".\n' +
    "error: Uncaught (in promise) Error: Unhandled error in child worker.\n    at Worker",
    'error: Uncaught (in worker "") Module not found "file:///w.ts".',
  ],
  [
    "an error with another one as its cause",
    "error: Uncaught (in promise) TypeError: fetch failed\n    at x\nCaused by: Error: dns error",
    "error: Uncaught (in promise) TypeError: fetch failed\nCaused by: Error: dns error",
  ],
  [
    "the value of a variable",
    `error: Uncaught Error: at ${SECRET}!`,
    "error: Uncaught Error: at …!",
  ],
  [
    "a part of a value",
    'error: Uncaught SyntaxError: "postgres:/"... is not valid JSON',
    'error: Uncaught SyntaxError: "…"... is not valid JSON',
  ],
  ["a short value", "error: Uncaught Error: pin 12345", "error: Uncaught Error: pin …"],
  [
    "a password in a URL of the code",
    "error: Uncaught Error: at mysql://me:pw@h/x",
    "error: Uncaught Error: at mysql://…@h/x",
  ],
  ["control characters", "error: a\x1b[31mb\x07\u202ec", "error: abc"],
  [
    "a colored error",
    "\x1b[0m\x1b[1m\x1b[31merror\x1b[0m: Uncaught Error: a",
    "error: Uncaught Error: a",
  ],
  ["a long line", `error: ${"x".repeat(1000)}`, `error: ${"x".repeat(486)}…`],
  [
    "a long line that is cut in a value",
    `error: ${"x".repeat(486)}${SECRET}`,
    `error: ${"x".repeat(486)}…`,
  ],
  [
    "an error after it has served",
    `${ERROR}\nCaused by: a`,
    "error: Uncaught (in promise) Error",
    "exit",
  ],
  ["an error without a class after it has served", "error: key abc", "", "exit"],
  [
    "an error of a class of its own",
    "error: Uncaught DbError: x",
    "error: Uncaught DbError",
    "exit",
  ],
];

for (const [what, text, cause, stage = "start"] of cases) {
  Deno.test(`publicCause() of ${what}`, () => {
    assert.equal(publicCause(text, { stage, secrets: [SECRET, "12345", "no", ""] }), cause);
  });
}

Deno.test("publicCause() shows only the class if there are too many values to search", () => {
  const secrets = ["x".repeat(1024 * 1024)];
  assert.equal(
    publicCause(ERROR, { stage: "start", secrets }),
    "error: Uncaught (in promise) Error",
  );
});

Deno.test("redact() hides each line of a value, also where parts overlap", () => {
  const key = "-----BEGIN KEY-----\nabcdefghijkl\nmnopqrstuvwx\n";
  assert.equal(redact("k=abcdefghijkl;", [key]), "k=…;");
  assert.equal(redact("k=efghijklm;", [key]), "k=…m;");
  assert.equal(redact("abcdefghabcdefgh", ["abcdefgh"]), "…");
});

Deno.test("redact() leaves other text as it is", () => {
  assert.equal(
    redact("at file:///srv/app/index.ts:1:2", ["1", "abc", "", "production"]),
    "at file:///srv/app/index.ts:1:2",
  );
});
