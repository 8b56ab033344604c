import assert from "node:assert/strict";
import { reachListener } from "../../lib/isolation/reach_listener.ts";
import type { Scope } from "../../lib/process/socket_table.ts";
import type { Run } from "../../lib/system/run.ts";

const V4 = "10.213.0.3";
const V6 = "fdd5:2d1c:9b60:ad5::3";

/** Lines of ss(8) for a socket on [::], without and with IPV6_V6ONLY. */
const DUAL = "LISTEN 0 511 *:3000 *:* uid:1 ino:7 sk:1 cgroup:/ v6only:0 <->\n";
const ONLY = "LISTEN 0 511 [::]:3000 [::]:* uid:1 ino:7 sk:1 cgroup:/ v6only:1 <->\n";

const rows: readonly [scope: Scope, said: string | undefined, hostname: string, exposed: string][] =
  [
    ["any", undefined, V4, ""],
    ["loopback", undefined, V4, "ipv4"],
    ["any6", undefined, V6, ""],
    ["loopback6", undefined, V6, "ipv6"],
    ["dual", DUAL, V4, ""],
    ["dual", ONLY, V6, ""],
    // Without ss(8).
    ["dual", undefined, V4, ""],
  ];

for (const [scope, said, hostname, expected] of rows) {
  Deno.test(`reachListener() of ${scope}, where ss says ${JSON.stringify(said)}`, async () => {
    let exposed = "";
    const run: Run = (command) => {
      assert.deepEqual(command.slice(0, 2), ["nsenter", "--net=/run/netns/a"]);
      return said === undefined ? Promise.reject(new Error("ss")) : Promise.resolve(said);
    };
    const namespace = {
      path: "/run/netns/a",
      address: V4,
      address6: V6,
      exposeLoopback: (port: number, family: string) => {
        assert.equal(port, 3000);
        exposed = family;
        return Promise.resolve();
      },
    };
    assert.deepEqual(await reachListener(namespace, { port: 3000, scope }, run), {
      hostname,
      port: 3000,
    });
    assert.equal(exposed, expected);
  });
}
