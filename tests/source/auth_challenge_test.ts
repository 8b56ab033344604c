import { deepEqual, equal } from "node:assert/strict";
import { mayAskForToken, parseChallenge } from "../../lib/source/auth_challenge.ts";

Deno.test("parseChallenge() reads Basic and Bearer", () => {
  deepEqual(parseChallenge('Basic realm="x"'), { type: "basic" });
  deepEqual(
    parseChallenge(
      'Bearer realm="https://a.test/t",service="a.test",scope="repository:f:pull,push"',
    ),
    { type: "bearer", realm: "https://a.test/t", service: "a.test" },
  );
  deepEqual(parseChallenge('bearer service="s", realm="https://a.test/t"'), {
    type: "bearer",
    realm: "https://a.test/t",
    service: "s",
  });
  for (const value of [null, "", "Bearer", "Bearer realm=x", "Digest realm=x", 'Bearer x="y"']) {
    equal(parseChallenge(value), undefined, String(value));
  }
});

Deno.test("parseChallenge() does not search a long field", () => {
  const field = (text: string): string => `Bearer realm="https://a.test/t",x="${text}"`;
  equal(parseChallenge(field("a".repeat(4_000)))?.type, "bearer");
  equal(parseChallenge(field("a".repeat(4_096))), undefined);
});

const rows: readonly (readonly [registry: string, realm: string, isAllowed: boolean])[] = [
  ["https://registry.test", "https://registry.test/token", true],
  ["https://registry.hosts.example", "https://auth.hosts.example/token", true],
  ["https://registry.gitlab.example", "https://gitlab.example/jwt/auth", true],
  ["https://registry.gitlab.example", "https://gitlab.example.evil.test/jwt", false],
  ["https://registry.gitlab.example", "https://evilgitlab.example/jwt", false],
  ["https://registry.gitlab.example", "http://gitlab.example/jwt", false],
  ["https://registry.gitlab.example", "https://gitlab.example:8443/jwt", false],
  ["https://registry.gitlab.example:5000", "https://gitlab.example/jwt", false],
  ["https://registry.gitlab.example", "https://a:b@gitlab.example/jwt", false],
  ["https://registry.test", "https://auth.test/token", false],
  ["https://registry.test", "https://169.254.169.254/latest", false],
  ["https://10.0.0.1", "https://10.0.0.2/token", false],
  ["http://127.0.0.1:5000", "http://127.0.0.1:5000/token", true],
  ["http://127.0.0.1:5000", "http://127.0.0.1:80/token", false],
];

for (const [registry, realm, isAllowed] of rows) {
  Deno.test(`mayAskForToken() ${isAllowed ? "allows" : "refuses"} ${realm} for ${registry}`, () => {
    const urls = { registry: new URL(registry), realm: new URL(realm) };
    equal(mayAskForToken({ ...urls, isNamed: false }), isAllowed);
  });
}

Deno.test("mayAskForToken() allows a host that the operator names, with the same scheme", () => {
  const registry = new URL("https://registry.test");
  const ask = (realm: string): boolean =>
    mayAskForToken({ registry, realm: new URL(realm), isNamed: true });
  equal(ask("https://auth.test/token"), true);
  equal(ask("http://auth.test/token"), false);
});
