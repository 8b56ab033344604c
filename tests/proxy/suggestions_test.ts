import { deepEqual, equal } from "node:assert/strict";
import { createSuggestions } from "../../lib/proxy/suggestions.ts";

Deno.test("createSuggestions() suggests the nearest name, a few times a second", () => {
  let nowMs = 0;
  const { suggest } = createSuggestions(() => nowMs);
  const names = ["shop", "admin"];
  const rows = [["shpo", "shop"], ["Admin", "admin"], ["zzz", undefined], ["", undefined]];
  deepEqual(rows.map(([word]) => suggest(word!, names)), rows.map(([, name]) => name));
  equal(suggest("shop".repeat(16), ["shop".repeat(16)]), undefined);
  for (let asked = 0; asked < 20; asked++) suggest("shpo", names);
  equal(suggest("shpo", names), undefined);
  nowMs = 1_000;
  equal(suggest("shpo", names), "shop");
});

Deno.test("createSuggestions() spends a small part of each second", () => {
  let nowMs = 0;
  const { suggest } = createSuggestions(() => nowMs);
  function* slowNames() {
    nowMs += 30;
    yield "shop";
  }
  const ask = () => suggest("shpo", slowNames());
  deepEqual([ask(), ask(), ask()], ["shop", "shop", undefined]);
  nowMs = 1_000;
  equal(ask(), "shop");
});
