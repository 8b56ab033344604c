import assert from "node:assert/strict";
import { listenNearby } from "../../lib/dev/listen_nearby.ts";

function listening(taken: readonly number[]): (port: number) => number {
  return (port) => {
    if (taken.includes(port)) throw new Deno.errors.AddrInUse(`${port}`);
    return port;
  };
}

Deno.test("listenNearby() takes the wanted port, or the next free one", () => {
  assert.equal(listenNearby(9999, listening([])), 9999);
  assert.equal(listenNearby(9999, listening([9999, 10000])), 10001);
  assert.equal(listenNearby(0, listening([])), 0);
});

Deno.test("listenNearby() gives up after the last port, or for another error", () => {
  assert.throws(() => listenNearby(65_534, listening([65_534, 65_535])), Deno.errors.AddrInUse);
  const denied = (): never => {
    throw new Deno.errors.PermissionDenied("no");
  };
  assert.throws(() => listenNearby(80, denied), Deno.errors.PermissionDenied);
});
