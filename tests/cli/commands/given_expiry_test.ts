import assert from "node:assert/strict";
import { givenExpiry } from "../../../cli/commands/add/given_expiry.ts";

const NOON_MS = Date.parse("2026-03-01T12:00:00.000Z");

/** A supervisor with one expiry; an older one knows none. */
function supervisorWith(known: string | null, { isOlder = false } = {}) {
  const calls: (string | null)[] = [];
  let present = known;
  return {
    calls,
    present: () => present,
    expire(_name: string, expiresAt: string | null) {
      calls.push(expiresAt);
      if (isOlder) return Promise.resolve(undefined);
      const before = present;
      present = expiresAt;
      return Promise.resolve({ before });
    },
  };
}

Deno.test("givenExpiry() sets the time, and restores the one before", async () => {
  const control = supervisorWith("2026-03-01T13:00:00.000Z");
  const expiry = givenExpiry(control, 60_000, { now: () => NOON_MS });
  await expiry.set("shop", true);
  assert.equal(control.present(), "2026-03-01T12:01:00.000Z");
  await expiry.undo("shop");
  await expiry.undo("shop");
  assert.equal(control.present(), "2026-03-01T13:00:00.000Z");
  assert.equal(control.calls.length, 2);
});

Deno.test("givenExpiry() without a time keeps that of a replaced function only", async () => {
  const kept = supervisorWith("2026-03-01T13:00:00.000Z");
  await givenExpiry(kept, undefined).set("shop", true);
  assert.deepEqual(kept.calls, []);
  await givenExpiry(kept, undefined).set("shop", false);
  assert.equal(kept.present(), null);
  const ended = supervisorWith("2026-03-01T13:00:00.000Z");
  await givenExpiry(ended, null).set("shop", true);
  assert.equal(ended.present(), null);
});

Deno.test("givenExpiry() needs a newer supervisor for a time only", async () => {
  const older = supervisorWith(null, { isOlder: true });
  await givenExpiry(older, undefined).set("shop", false);
  await assert.rejects(givenExpiry(older, 1_000).set("shop", false), /is an older version/);
});
