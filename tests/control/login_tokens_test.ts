import { equal, notEqual, ok } from "node:assert/strict";
import { createLoginTokens } from "../../lib/control/login_tokens.ts";

Deno.test("createLoginTokens() accepts each token once", () => {
  const tokens = createLoginTokens();
  const [one, other] = [tokens.issue(), tokens.issue()];
  notEqual(one, other);
  ok(one.length >= 43);
  equal(tokens.take(one), true);
  equal(tokens.take(one), false);
  equal(tokens.take(""), false);
  equal(tokens.take(other), true);
});

Deno.test("createLoginTokens() forgets tokens that are old or too many", () => {
  let nowMs = 0;
  const tokens = createLoginTokens({ now: () => nowMs, maxAgeMs: 100 });
  const old = tokens.issue();
  nowMs = 100;
  equal(tokens.take(old), false);
  const [first, ...rest] = Array.from({ length: 33 }, () => tokens.issue());
  equal(tokens.take(first!), false);
  ok(rest.every((token) => tokens.take(token)));
});
