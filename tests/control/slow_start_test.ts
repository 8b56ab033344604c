import assert from "node:assert/strict";
import { describeSlowStart } from "../../lib/control/slow_start.ts";

const start = { sinceMs: 500, healthPath: undefined, lastLines: () => "connecting" };

Deno.test("describeSlowStart() is silent about a start that takes no longer than most", () => {
  assert.equal(describeSlowStart(start, 1_499), undefined);
});

Deno.test("describeSlowStart() says what a start waits for, and what the function wrote", () => {
  assert.deepEqual(describeSlowStart(start, 12_700), {
    reason:
      "Not listening on any port after 12 s. Call Deno.serve(handler), or export default { fetch }",
    detail: "connecting",
  });
  assert.equal(
    describeSlowStart({ ...start, healthPath: "/up" }, 1_500)?.reason,
    "Not ready after 1 s: it must listen and answer GET /up with a status below 400. " +
      "Call Deno.serve(handler), or export default { fetch }",
  );
});
