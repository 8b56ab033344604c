import assert from "node:assert/strict";
import { describeSlowStart } from "../../lib/control/slow_start.ts";

const start = {
  sinceMs: 500,
  healthPath: undefined,
  excerpt: () => "connecting",
  advise: () => ["Do this"],
};

Deno.test("describeSlowStart() returns nothing for a start of usual length", () => {
  assert.equal(describeSlowStart(start, 1_499), undefined);
});

Deno.test("describeSlowStart() describes what a slow start waits for", () => {
  assert.deepEqual(describeSlowStart(start, 12_700), {
    reason:
      "Not listening on any port after 12 s. Call Deno.serve(handler), or export default { fetch }",
    detail: "connecting\nddsrv: Do this",
  });
  assert.equal(
    describeSlowStart({ ...start, healthPath: "/up" }, 1_500)?.reason,
    "Not ready after 1 s: it must listen and answer GET /up with a status below 400. " +
      "Call Deno.serve(handler), or export default { fetch }",
  );
});
