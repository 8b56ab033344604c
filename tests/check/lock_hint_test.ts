import assert from "node:assert/strict";
import { withLockHint } from "../../lib/check/lock_hint.ts";

const own = { ownLock: "/f/a/my.lock", entry: "main.ts" };

for (
  const errors of [
    "error: The lockfile is out of date. Run `deno install --frozen=false`, or rerun",
    "error: Failed reading lockfile at '/f/a/my.lock'",
    "error: Integrity check failed for remote specifier.",
    "0: Tarball checksum did not match what was provided by npm registry for a@1.0.0.",
  ]
) {
  Deno.test(`withLockHint() says how to update a lock file after "${errors}"`, () => {
    const hint = withLockHint(errors, own).slice(errors.length);
    assert.match(
      hint,
      /^\nThe function's my\.lock .*deno install --frozen=false --entrypoint main\.ts/,
    );
    // A lock file that ddsrv made is not the author's.
    assert.equal(withLockHint(errors, { ...own, ownLock: undefined }), errors);
  });
}

Deno.test("withLockHint() leaves other errors", () => {
  const errors = "TS2322 [ERROR]: Type 'number' is not assignable to type 'string'.";
  assert.equal(withLockHint(errors, own), errors);
});
