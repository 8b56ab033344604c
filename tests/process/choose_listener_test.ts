import assert from "node:assert/strict";
import { chooseListener, describeChoice, reconsider } from "../../lib/process/choose_listener.ts";
import type { Listener } from "../../lib/process/socket_table.ts";

const any = (port: number): Listener => ({ port, scope: "any" });
const loopback = (port: number): Listener => ({ port, scope: "loopback" });
const any6 = (port: number): Listener => ({ port, scope: "any6" });
const loopback6 = (port: number): Listener => ({ port, scope: "loopback6" });
const unreachable = (port: number): Listener => ({ port, scope: "unreachable" });

const choices: readonly [what: string, readonly Listener[], Listener | undefined][] = [
  ["nothing of nothing", [], undefined],
  ["nothing of what can't be reached", [unreachable(8000)], undefined],
  ["loopback where there is no other", [unreachable(8000), loopback(8000)], loopback(8000)],
  ["any port that is alone", [any(3000)], any(3000)],
  ["a port that looks private and is alone", [any(9090)], any(9090)],
  ["the preferred port", [any(3000), any(8000)], any(8000)],
  ["the preferred port before one that looks private", [any(9100), any(8000)], any(8000)],
  ["the preferred port on loopback before others", [loopback(8000), any(3000)], loopback(8000)],
  ["an open port before loopback only", [loopback(3000), any(4000)], any(4000)],
  ["loopback before a port that looks private", [any(9464), loopback(3000)], loopback(3000)],
  ["the lowest port of others", [any(5000), any(3000)], any(3000)],
  ["an app before its metrics", [any(9100), any(3000)], any(3000)],
  ["an app with a higher port before its inspector", [any(9229), any(9999)], any(9999)],
  ["any address before loopback with the same port", [loopback(3000), any(3000)], any(3000)],
  ["IPv4 before IPv6 with the same port", [any6(3000), any(3000)], any(3000)],
  ["IPv6 before loopback", [loopback(3000), any6(3000)], any6(3000)],
  ["IPv4 loopback before that of IPv6", [loopback6(3000), loopback(3000)], loopback(3000)],
  [
    "loopback of IPv6 before a port that looks private",
    [any(9464), loopback6(3000)],
    loopback6(
      3000,
    ),
  ],
];

for (const [what, listeners, expected] of choices) {
  Deno.test(`chooseListener() chooses ${what}`, () => {
    assert.deepEqual(chooseListener(listeners, 8000), expected);
    assert.deepEqual(chooseListener(listeners.toReversed(), 8000), expected);
  });
}

Deno.test("chooseListener() prefers a port that looks private if the function names it", () => {
  assert.deepEqual(chooseListener([any(9100), any(3000)], 9100), any(9100));
});

const reconsidered: readonly [
  what: string,
  port: number,
  readonly Listener[],
  expected: Listener | undefined,
][] = [
  ["stays with its port", 3000, [any(3000)], undefined],
  ["stays with its port beside a lower one", 3000, [any(3000), any(2000)], undefined],
  ["stays with its port beside one that looks private", 3000, [any(3000), any(9100)], undefined],
  ["stays where nothing listens", 3000, [], undefined],
  [
    "stays with a port that looks private beside another one",
    9100,
    [any(9100), any(9464)],
    undefined,
  ],
  ["moves to the preferred port", 3000, [any(3000), any(8000)], any(8000)],
  ["moves to the preferred port on loopback", 3000, [any(3000), loopback(8000)], loopback(8000)],
  ["moves from metrics to an app", 9100, [any(9100), any(3000)], any(3000)],
  ["moves from metrics to an app on loopback", 9100, [any(9100), loopback(3000)], loopback(3000)],
  ["moves from a port that has closed", 3000, [any(4000)], any(4000)],
];

for (const [what, port, listeners, expected] of reconsidered) {
  Deno.test(`reconsider() ${what}`, () => {
    assert.deepEqual(reconsider(listeners, { port, preferredPort: 8000 }), expected);
  });
}

const words: readonly [
  what: string,
  port: number,
  readonly Listener[],
  expected: RegExp | undefined,
][] = [
  ["the only port", 3000, [any(3000)], undefined],
  ["one port on two addresses", 3000, [any(3000), loopback(3000)], undefined],
  ["the preferred port among others", 8000, [any(9100), any(8000)], undefined],
  ["an open port beside a helper on loopback", 3000, [any(3000), loopback(4000)], undefined],
  [
    "a port that looks private beside one on loopback",
    9090,
    [any(9090), loopback(9091)],
    /ports 9090, 9091,/,
  ],
  ["one of several ports on loopback", 3000, [loopback(3000), loopback(4000)], /ports 3000, 4000,/],
  ["a port beside one that can't be reached", 3000, [any(3000), unreachable(4000)], undefined],
  [
    "one of several ports",
    3000,
    [any(9100), any(3000)],
    /^It listens on the ports 3000, 9100, and ddsrv serves 3000\. .* set "port" in its ddsrv\.json$/,
  ],
  [
    "the only port, which looks private",
    9464,
    [any(9464)],
    /^ddsrv serves port 9464, which usually is for metrics\. .* set "port": 9464 in its ddsrv\.json$/,
  ],
  [
    "a port that looks private, like the other one",
    9090,
    [any(9090), any(9100)],
    /ports 9090, 9100, and ddsrv serves 9090, which usually is for metrics\./,
  ],
  [
    "one of a great many ports",
    1,
    Array.from({ length: 500 }, (_, index) => any(index + 1)),
    /^It listens on the ports 1, 2, 3, 4, 5, 6, 7, 8 and others, and ddsrv serves 1\./,
  ],
];

for (const [what, port, listeners, expected] of words) {
  Deno.test(`describeChoice() of ${what}`, () => {
    const said = describeChoice({ port, listeners, preferredPort: 8000 });
    if (expected === undefined) assert.equal(said, undefined);
    else assert.match(said ?? "", expected);
  });
}
