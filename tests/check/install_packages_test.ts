import assert from "node:assert/strict";
import { packagesKey } from "../../lib/check/install_packages.ts";

Deno.test("packagesKey() differs for all that decides which packages are installed", () => {
  const plan = { places: ["node_modules"], digest: "d" };
  const given = { lockText: "{}", denoVersion: "2.9.6" };
  const keys = [
    packagesKey(plan, given),
    packagesKey({ ...plan, digest: "e" }, given),
    packagesKey({ ...plan, places: ["node_modules", "a/node_modules"] }, given),
    packagesKey(plan, { ...given, lockText: "{ }" }),
    packagesKey(plan, { ...given, denoVersion: "2.9.5" }),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.match(keys[0]!, /^[0-9a-f]{64}$/);
  assert.equal(packagesKey(plan, { ...given }), keys[0]);
});
