import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError } from "../../lib/config/json_file.ts";
import { expandNpmrc, referredVariables } from "../../lib/check/npmrc.ts";

const VARIABLES = {
  TOKEN: "t0k+en/=",
  HOST: "good.test",
  LINES: "a\nregistry=http://evil.test/",
  EMPTY: "",
};

function expand(text: string): string {
  const isAllowed = (host: string): boolean => host === "good.test:443" || host === "good.test:80";
  return expandNpmrc({ path: "/f/a/.npmrc", text, variables: VARIABLES, isAllowed });
}

const EXPANDED: readonly (readonly [text: string, expanded: string])[] = [
  ["", ""],
  ["# a comment\n; another\n\n", ""],
  ["registry=https://good.test/", "registry=https://good.test/\n"],
  ["  registry = https://good.test/npm/  \r\n", "registry=https://good.test/npm/\n"],
  ['registry="https://good.test/"', "registry=https://good.test/\n"],
  ["registry='http://good.test/'", "registry=http://good.test/\n"],
  ["@acme:registry=https://${HOST}/", "@acme:registry=https://good.test/\n"],
  ["//good.test/:_authToken=${TOKEN}", "//good.test/:_authToken=t0k+en/=\n"],
  ["//good.test/:_authToken=plain", "//good.test/:_authToken=plain\n"],
  // Credentials with a missing or empty variable are dropped; the caller's are never read.
  ["//good.test/:_authToken=${HOME}", ""],
  ["//good.test/:_authToken=${PATH?}", ""],
  ["//good.test/:_authToken=${EMPTY}", ""],
  // Keys for files, scripts and everything else have no effect.
  [
    "cafile=/etc/shadow\nscript-shell=/bin/sh\n//good.test/:certfile=/etc/shadow\ninit.module=x",
    "",
  ],
  ["no equals sign", ""],
];

for (const [text, expanded] of EXPANDED) {
  Deno.test(`expandNpmrc() of ${JSON.stringify(text)}`, () => assert.equal(expand(text), expanded));
}

const REFUSED: readonly (readonly [text: string, said: RegExp])[] = [
  [
    "\nregistry=http://evil.test/",
    /^\/f\/a\/\.npmrc:2 has the registry evil\.test:80, which is not allowed/,
  ],
  ["@acme:registry=https://good.test:8443/", /good\.test:8443, which is not allowed/],
  ["registry=http://good.test@evil.test/", /evil\.test:80, which is not allowed/],
  ["registry=http://evil.test/${TOKEN}/", /evil\.test:80/],
  [
    "registry=https://${SECRET}.good.test/",
    /uses the variable "SECRET" for a registry, but the function does not have it/,
  ],
  ["registry=https://${SECRET?}/", /is not a URL/],
  ["registry=file:///etc", /is not a URL/],
  ["registry=https://good.test/ # comment", /is not a URL/],
  ["registry=https://${LINES}/", /is not a URL/],
  ["//good.test/:_authToken=${LINES}", /has credentials with an invalid character/],
  ['//good.test/:_authToken=a"b', /has credentials with an invalid character/],
];

for (const [text, said] of REFUSED) {
  Deno.test(`expandNpmrc() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => expand(text), { name: "ConfigError", message: said });
  });
}

Deno.test("expandNpmrc() returns only allowed registries for any file", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "registry",
      "@a:registry",
      "=",
      " = ",
      "\n",
      "\r",
      '"',
      "'",
      "${LINES}",
      "${HOST}",
    ),
    fc.constantFrom(
      "http://evil.test/",
      "https://good.test/",
      "//good.test/:_authToken",
      "${TOKEN}",
    ),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      let text: string;
      try {
        text = expand(pieces.join(""));
      } catch (error) {
        assert.equal((error as Error).name, "ConfigError");
        return;
      }
      for (const line of text.split("\n").filter((one) => one !== "")) {
        assert.match(
          line,
          /^(?:(?:@[^\s:]+:)?registry=https?:\/\/[^/]*good\.test(?::\d+)?(?:[/?#]|$)|\/\/\S+:_authToken=\S+$)/,
        );
      }
    }),
    { numRuns: 2_000 },
  );
});

/** Maximum size of a function's file. */
const MOST = 1024 ** 2;

// The first two took minutes, in which the supervisor did nothing else.
const VAST: readonly (readonly [what: string, text: string])[] = [
  ["spaces without a value", `a${" ".repeat(MOST - 2)}b`],
  ["variables that don't end", `registry=${"${".repeat(MOST / 2 - 5)}`],
  ["spaces before a value", `registry${" ".repeat(MOST - 50)}= x\nb`],
  ["colons", `//${":".repeat(MOST - 10)}=x`],
  ["quotes", `registry=${'"'.repeat(MOST - 10)}`],
];

for (const [what, text] of VAST) {
  Deno.test(`expandNpmrc() is fast for a file of ${what}`, () => {
    const expand = (): string =>
      expandNpmrc({ path: "/f/a/.npmrc", text, variables: {}, isAllowed: () => true });
    try {
      assert.ok(expand().length <= MOST);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      assert.ok(error.message.length < 2_000, "the message is for people");
    }
  });
}

Deno.test("expandNpmrc() refuses a file that its variables make too large", () => {
  const expand = (times: number): string =>
    expandNpmrc({
      path: "/f/a/.npmrc",
      // Together they would not fit into memory.
      text: `//good.test/:_authToken=${"${LONG}".repeat(times)}\n`.repeat(times),
      variables: { LONG: "x".repeat(MOST / 4) },
      isAllowed: () => true,
    });
  assert.equal(expand(2).length, MOST + 2 * "//good.test/:_authToken=\n".length);
  assert.throws(() => expand(200), {
    name: "ConfigError",
    message: "/f/a/.npmrc:1 has variables of more than 1048576 characters. Use shorter ones",
  });
});

Deno.test("referredVariables() returns only the function's variables that a file names", () => {
  const variables = { ...VARIABLES, LD_PRELOAD: "/x", DENO_DIR: "/x", PATH: "/x", OTHER: "o" };
  const text =
    "//good.test/:_authToken=${TOKEN}\nregistry=http://${HOST?}/${MISSING}${LD_PRELOAD}" +
    "${DENO_DIR}${PATH}${__proto__}${constructor}";
  assert.deepEqual(referredVariables(text, variables), { TOKEN: "t0k+en/=", HOST: "good.test" });
  assert.deepEqual(referredVariables("registry=http://good.test/", variables), {});
});
