import assert from "node:assert/strict";
import { describeSlowStart } from "../../lib/control/slow_start.ts";

const start = { sinceMs: 500, healthPath: undefined, lastLines: () => "connecting" };

Deno.test("describeSlowStart() is silent about a start that takes no longer than most", () => {
  assert.equal(describeSlowStart(start, 1_499), undefined);
});

Deno.test("describeSlowStart() says what a start waits for, and what the function wrote", () => {
  assert.deepEqual(describeSlowStart(start, 12_700), {
    reason: "It has not listened on any port for 12 s. A function listens with " +
      "Deno.serve(handler), or has export default { fetch }",
    detail: "connecting",
  });
  assert.equal(
    describeSlowStart({ ...start, healthPath: "/up" }, 1_500)?.reason,
    "It is not ready after 1 s: it must listen, and answer GET /up below 400. A function listens " +
      "with Deno.serve(handler), or has export default { fetch }",
  );
});
