import assert from "node:assert/strict";
import { withUnfetched } from "../../lib/check/unfetched.ts";

const result = { diagnostics: "error: Import failed", modules: ["/f/a/index.ts"] };

Deno.test("withUnfetched() keeps the result without failed fetches", () => {
  assert.deepEqual(withUnfetched(result, { refused: [], failed: [] }), result);
});

Deno.test("withUnfetched() reports refused hosts as a permanent failure", () => {
  const { diagnostics, isPassing } = withUnfetched(result, { refused: ["a.test:80"], failed: [] });
  assert.match(diagnostics!, /^error: Import failed\nThe check may not fetch from a\.test:80\. /);
  assert.equal(isPassing, undefined);
});

Deno.test("withUnfetched() reports failed hosts as a temporary failure", () => {
  const failed = ["a.test: it answered 503", "b.test: dns error"];
  assert.deepEqual(withUnfetched(result, { refused: [], failed }), {
    ...result,
    diagnostics: "error: Import failed\nCannot fetch from a.test: it answered 503\n" +
      "Cannot fetch from b.test: dns error",
    isPassing: true,
  });
});
