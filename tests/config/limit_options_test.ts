import assert from "node:assert/strict";
import {
  formatLimit,
  LIMIT_OPTIONS,
  limitFlag,
  type LimitOption,
  limitVariable,
  parseLimit,
} from "../../lib/config/limit_options.ts";
import { completeLimits, defaultLimits, type Limits } from "../../lib/config/limits.ts";

function option(name: string): LimitOption {
  return LIMIT_OPTIONS.find((one) => one.name === name)!;
}

Deno.test("LIMIT_OPTIONS names each limit in every way that it is set", () => {
  const named = LIMIT_OPTIONS.map((one) =>
    [one.name, limitFlag(one), limitVariable(one)].join(" ")
  );
  assert.deepEqual(named, [
    "maxHeadSize --max-head-size DDSRV_MAX_HEAD_SIZE",
    "maxTargetSize --max-target-size DDSRV_MAX_TARGET_SIZE",
    "maxFields --max-fields DDSRV_MAX_FIELDS",
    "maxBodySize --max-body-size DDSRV_MAX_BODY_SIZE",
    "headTimeout --head-timeout DDSRV_HEAD_TIMEOUT",
    "idleTimeout --idle-timeout DDSRV_IDLE_TIMEOUT",
    "connectTimeout --connect-timeout DDSRV_CONNECT_TIMEOUT",
    "firstByteTimeout --first-byte-timeout DDSRV_FIRST_BYTE_TIMEOUT",
    "stallTimeout --stall-timeout DDSRV_STALL_TIMEOUT",
    "waitTimeout --wait-timeout DDSRV_WAIT_TIMEOUT",
    "maxWaiting --max-waiting DDSRV_MAX_WAITING",
    "maxConnections --max-connections DDSRV_MAX_CONNECTIONS",
    "maxConnectionsPerPeer --max-connections-per-peer DDSRV_MAX_CONNECTIONS_PER_PEER",
    "maxPeerBufferSize --max-peer-buffer-size DDSRV_MAX_PEER_BUFFER_SIZE",
    "maxInFlight --max-in-flight DDSRV_MAX_IN_FLIGHT",
    "maxInFlightPerPeer --max-in-flight-per-peer DDSRV_MAX_IN_FLIGHT_PER_PEER",
  ]);
  assert.deepEqual(
    new Set(LIMIT_OPTIONS.map((one) => one.field)),
    new Set(Object.keys(defaultLimits)),
  );
});

Deno.test("parseLimit() reads back what formatLimit() writes of each default", () => {
  for (const one of LIMIT_OPTIONS) {
    const value = defaultLimits[one.field];
    assert.equal(parseLimit(one, formatLimit(one, value)), value, one.name);
  }
});

Deno.test("completeLimits() gives a peer a quarter of what all have, and at least one", () => {
  const shareOf = (given: Partial<Limits>): number => completeLimits(given).maxConnectionsPerPeer;
  assert.equal(shareOf({}), 4_096);
  assert.equal(shareOf({ maxConnections: 1_000 }), 250);
  assert.equal(shareOf({ maxConnections: 1 }), 1);
  assert.equal(shareOf({ maxConnections: Infinity }), Infinity);
  assert.equal(shareOf({ maxConnections: 1_000, maxConnectionsPerPeer: 7 }), 7);
});

const read: readonly [name: string, text: string, value: number][] = [
  ["maxHeadSize", "64B", 64],
  ["maxHeadSize", "1MiB", 1_048_576],
  ["maxBodySize", "0B", 0],
  ["maxBodySize", "none", Infinity],
  ["maxFields", "8192", 8_192],
  ["headTimeout", "1.5s", 1_500],
  ["idleTimeout", "none", Infinity],
  ["maxConnections", "none", Infinity],
];

for (const [name, text, value] of read) {
  Deno.test(`parseLimit() reads "${text}" for ${name}`, () => {
    assert.equal(parseLimit(option(name), text), value);
  });
}

const refused: readonly [name: string, text: string, message: RegExp][] = [
  ["maxHeadSize", "63B", /^"63B" is out of bounds\. Give 64B to 1MiB$/],
  ["maxHeadSize", "none", /is not a size/],
  ["maxHeadSize", "64", /is not a size/],
  ["maxFields", "0", /Give 1 to 8192$/],
  ["maxFields", "1.5", /is not a whole number/],
  ["maxFields", "-1", /is not a whole number/],
  ["maxWaiting", "none", /is not a whole number/],
  ["headTimeout", "0s", /Give 1ms to .*, or none$/],
  ["headTimeout", "5", /is not a duration/],
];

for (const [name, text, message] of refused) {
  Deno.test(`parseLimit() refuses "${text}" for ${name}`, () => {
    assert.throws(() => parseLimit(option(name), text), { message });
  });
}
