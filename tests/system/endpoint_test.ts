import assert from "node:assert/strict";
import { formatAuthority, formatEndpoint } from "../../lib/system/endpoint.ts";

for (
  const [hostname, port, text] of [
    ["127.0.0.1", 80, "127.0.0.1:80"],
    ["example.org", 8_080, "example.org:8080"],
    ["::1", 80, "[::1]:80"],
    ["fd00::1", 65_535, "[fd00::1]:65535"],
  ] as const
) {
  Deno.test(`formatAuthority() and formatEndpoint() of ${text}`, () => {
    assert.equal(formatAuthority({ hostname, port }), text);
    assert.equal(formatEndpoint({ hostname, port }), text);
    assert.equal(new URL(`ws://${text}`).hostname.replace(/^\[|\]$/g, ""), hostname);
  });
}

Deno.test("formatEndpoint() of a Unix socket is its path", () => {
  assert.equal(formatEndpoint({ path: "/proc/self/fd/9" }), "unix:/proc/self/fd/9");
});
