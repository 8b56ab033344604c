import assert from "node:assert/strict";
import {
  type Listener,
  mayHaveSockets,
  parseSocketTable,
  type Scope,
  withoutIpv6,
} from "../../lib/process/socket_table.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";

function line(local: string, state = "0A"): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0`;
}

const any: Listener = { port: 8000, scope: "any" };
const loopback: Listener = { port: 8000, scope: "loopback" };

const addresses: readonly [what: string, local: string, Listener][] = [
  ["0.0.0.0", "00000000:1F40", any],
  ["127.0.0.1", "0100007F:1F40", loopback],
  ["127.0.0.53", "3500007F:1F40", loopback],
  ["10.213.0.3", "0300D50A:1F40", any],
  ["10.0.0.127", "7F00000A:1F40", any],
  ["::", "00000000000000000000000000000000:1F40", { port: 8000, scope: "dual" }],
  ["::1", "00000000000000000000000001000000:1F40", { port: 8000, scope: "loopback6" }],
  ["2001:db8::1", "B80D0120000000000000000001000000:1F40", { port: 8000, scope: "any6" }],
  ["::ffff:127.0.0.1", "0000000000000000FFFF00000100007F:1F40", loopback],
  ["::ffff:0.0.0.0", "0000000000000000FFFF000000000000:1F40", any],
  ["port 65535", "00000000:FFFF", { port: 65535, scope: "any" }],
  ["port 1", "00000000:0001", { port: 1, scope: "any" }],
];

for (const [what, local, listener] of addresses) {
  Deno.test(`parseSocketTable() reads ${what}`, () => {
    assert.deepEqual(parseSocketTable(`${HEAD}\n${line(local)}\n`), [listener]);
  });
}

Deno.test("parseSocketTable() returns listening sockets only", () => {
  const states = ["01", "06", "0A", "0B"].map((state) => line("00000000:1F40", state));
  assert.deepEqual(parseSocketTable([HEAD, ...states, ""].join("\n")), [any]);
});

for (const table of ["", HEAD, `${HEAD}\n`, `${HEAD}\n\n   1:\n`]) {
  Deno.test(`parseSocketTable() finds nothing in ${JSON.stringify(table)}`, () => {
    assert.deepEqual(parseSocketTable(table), []);
  });
}

const counters: readonly [what: string, text: string, expected: boolean][] = [
  [
    "no socket",
    "sockets: used 9\nTCP: inuse 0 orphan 0 tw 0 alloc 20 mem 3\nUDP: inuse 1\n",
    false,
  ],
  ["one", "sockets: used 9\nTCP: inuse 1 orphan 0 tw 0 alloc 20 mem 3\nUDP: inuse 0\n", true],
  ["ten", "sockets: used 9\nTCP: inuse 10 orphan 0\n", true],
  ["none of IPv6", "TCP6: inuse 0\nUDP6: inuse 2\n", false],
  ["one of IPv6", "TCP6: inuse 1\nUDP6: inuse 0\n", true],
  ["nothing said", "", true],
  ["no line for TCP", "UDP: inuse 0\n", true],
];

for (const [what, text, expected] of counters) {
  Deno.test(`mayHaveSockets() of ${what} is ${expected}`, () => {
    assert.equal(mayHaveSockets(text), expected);
  });
}

const scopes: readonly [scope: Scope, without: Scope][] = [
  ["any", "any"],
  ["dual", "any"],
  ["loopback", "loopback"],
  ["any6", "unreachable"],
  ["loopback6", "unreachable"],
  ["unreachable", "unreachable"],
];

for (const [scope, without] of scopes) {
  Deno.test(`withoutIpv6() of a listener with the scope ${scope}`, () => {
    assert.deepEqual(withoutIpv6({ port: 8000, scope }), { port: 8000, scope: without });
  });
}
