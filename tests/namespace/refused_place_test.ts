import assert from "node:assert/strict";
import { cachedFor, placeOf } from "../../lib/namespace/refused_place.ts";

Deno.test("placeOf() tells who has an address", () => {
  const known = {
    functions: ["10.213.0.0/16", "fdd5:2d1c:9b60:ad5::/64"],
    hostAddresses: () => new Set(["198.51.100.2", "3ffe:ffff::2"]),
  };
  const rows = [
    ["169.254.169.254", "metadata"],
    ["100.100.100.200", "metadata"],
    ["10.213.0.2", "host"],
    ["10.213.0.3", "function"],
    ["10.213.255.255", "function"],
    ["198.51.100.2", "host"],
    ["127.0.0.1", "host"],
    ["10.0.0.5", "elsewhere"],
    ["203.0.113.9", "elsewhere"],
    ["fd00:ec2::254", "metadata"],
    ["fe80::1", "metadata"],
    ["fdd5:2d1c:9b60:ad5::2", "host"],
    ["fdd5:2d1c:9b60:ad5::3", "function"],
    ["fdd5:2d1c:9b60:ad6::3", "elsewhere"],
    ["3ffe:ffff::2", "host"],
    ["::1", "host"],
    ["2001:db8::1", "elsewhere"],
  ];
  for (const [address, place] of rows) assert.equal(placeOf(address!, known), place, address);
});

Deno.test("cachedFor() reads again after the time", () => {
  let [nowMs, reads] = [0, 0];
  const read = cachedFor(5_000, () => ++reads, () => nowMs);
  assert.deepEqual([read(), read()], [1, 1]);
  nowMs = 5_001;
  assert.equal(read(), 2);
});
