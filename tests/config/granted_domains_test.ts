import assert from "node:assert/strict";
import { domainPatterns, grantedHosts } from "../../lib/config/granted_domains.ts";

const functions = [
  { pattern: "shop-*", settings: { ownDomains: ["*.shops.test", "all.test"] } },
  { pattern: "shop-a", settings: { ownDomains: ["a.test", "*.a.test"] } },
  { pattern: "img", settings: { memoryBytes: 2 ** 30 } },
];

Deno.test("grantedHosts() returns the single hosts of the most specific entry", () => {
  assert.deepEqual(grantedHosts({ functions }, "shop-a"), ["a.test"]);
  assert.deepEqual(grantedHosts({ functions }, "shop-b"), ["all.test"]);
  assert.equal(grantedHosts({ functions }, "img"), undefined);
  assert.equal(grantedHosts({ functions }, "other"), undefined);
});

Deno.test("domainPatterns() returns the patterns of the settings and of all entries", () => {
  assert.deepEqual(domainPatterns({ ownDomains: ["*.example.org"], functions }), [
    "*.example.org",
    "*.shops.test",
    "all.test",
    "a.test",
    "*.a.test",
  ]);
});
