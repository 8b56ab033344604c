import { deepEqual, equal, throws } from "node:assert/strict";
import { authorizationOf, basicOf, parseCredentials } from "../../lib/source/credentials.ts";

Deno.test("parseCredentials() gives one line to the source's own host only", () => {
  const token = parseCredentials("abc\n", "files.test");
  deepEqual(token.of("files.test"), { secret: "abc" });
  equal(token.of("other.test"), undefined);
  equal(token.of("files.test:8443"), undefined);
  const pair = parseCredentials("ann:pass:word", "files.test");
  deepEqual(pair.of("files.test"), { user: "ann", secret: "pass:word" });
  equal(parseCredentials(undefined, "files.test").of("files.test"), undefined);
});

Deno.test("parseCredentials() reads Docker's config.json", () => {
  const credentials = parseCredentials(
    JSON.stringify({
      auths: {
        "registry.test:5000": { auth: btoa("ann:secret") },
        "https://other.test/v1/": { username: "bob", password: "word" },
      },
    }),
    "registry.test",
  );
  deepEqual(credentials.of("registry.test:5000"), { user: "ann", secret: "secret" });
  deepEqual(credentials.of("other.test"), { user: "bob", secret: "word" });
  equal(credentials.of("registry.test"), undefined);
  equal(credentials.names("registry.test:5000"), true);
  equal(credentials.names("registry.test"), false);
});

const refused: readonly (readonly [text: string, message: RegExp])[] = [
  ["", /not one line/],
  ["secret\nsecret", /not one line/],
  ["{secret", /not valid JSON/],
  ['{"auths":3}', /no "auths"/],
  ['{"auths":{"a.test":{}},"credsStore":"secret"}', /credential helpers/],
  ['{"auths":{"a.test":{"auth":"secret"}}}', /no "auth"/],
  [`{"auths":{"a.test":{"auth":"${btoa("a:b\r\nc: d")}"}}}`, /no "auth"/],
];

for (const [text, message] of refused) {
  Deno.test(`parseCredentials() refuses ${JSON.stringify(text)}`, () => {
    throws(() => parseCredentials(text, "files.test"), (error: unknown) => {
      equal(message.test(String(error)) && !String(error).includes("secret"), true, String(error));
      return true;
    });
  });
}

Deno.test("authorizationOf() and basicOf() return fields", () => {
  equal(authorizationOf({ secret: "abc" }), "Bearer abc");
  equal(authorizationOf({ user: "a", secret: "ü" }), "Basic YTrDvA==");
  equal(basicOf({ secret: "abc" }), `Basic ${btoa("x-access-token:abc")}`);
});
