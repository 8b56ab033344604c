import assert from "node:assert/strict";
import { tagsFor } from "../../lib/owner/owner_id.ts";

Deno.test("tagsFor() gives the tag that the predecessor does not have", () => {
  const [first, second] = tagsFor("6debc5");
  assert.equal(first, "6debc5");
  assert.match(second, /^[0-9a-f]{6}$/);
  assert.notEqual(second, first);
  assert.deepEqual(tagsFor("6debc5", first), [second, first]);
  assert.deepEqual(tagsFor("6debc5", second), [first, second]);
  // Another owner's tag, as after a change of the functions directory.
  assert.deepEqual(tagsFor("6debc5", "a1b2c3"), [first, second]);
});
