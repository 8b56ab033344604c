import assert from "node:assert/strict";
import { splitTarget } from "../../lib/control/split_target.ts";

const table: readonly (readonly [string, string, string])[] = [
  ["/v1?a=http://x/", "/v1?a=http://x/", "given"],
  ["http://localhost/v1?a", "/v1?a", "localhost"],
  ["HTTP://[::1]:80/v1", "/v1", "[::1]:80"],
  ["http://evil@localhost/v1", "/v1", "evil@localhost"],
  ["http://localhost", "", "localhost"],
  ["https://localhost/v1", "https://localhost/v1", "given"],
  ["*", "*", "given"],
];

for (const [given, target, host] of table) {
  Deno.test(`splitTarget() of ${given}`, () => {
    assert.deepEqual(splitTarget(given, "given"), { target, host });
  });
}
