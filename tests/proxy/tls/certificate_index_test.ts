import { equal } from "node:assert/strict";
import { indexByName } from "../../../lib/proxy/tls/certificate_index.ts";

Deno.test("indexByName() prefers the exact name to a wildcard, and the first of two", () => {
  const wild = { id: "wild", names: ["*.example.org"] };
  const exact = { id: "exact", names: ["example.org", "shop.example.org"] };
  const later = { id: "later", names: ["shop.example.org", "other.test", "*"] };
  const find = indexByName([wild, exact, later]);
  const rows: readonly [string, string | undefined][] = [
    ["example.org", "exact"],
    ["shop.example.org", "exact"],
    ["shop.example.org.", "exact"],
    ["a.example.org", "wild"],
    ["a.b.example.org", undefined],
    [".example.org", undefined],
    ["other.test", "later"],
    ["test", undefined],
    ["*.example.org", "wild"],
    ["", undefined],
    ["__proto__", undefined],
  ];
  for (const [host, id] of rows) equal(find(host)?.id, id, host);
});
