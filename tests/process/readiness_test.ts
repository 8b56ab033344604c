import assert from "node:assert/strict";
import { judgeStart, type StartLook, type StartWait } from "../../lib/process/readiness.ts";
import type { Listener } from "../../lib/process/socket_table.ts";

const any = (port: number): Listener => ({ port, scope: "any" });
const loopback = (port: number): Listener => ({ port, scope: "loopback" });

/** Judges looks one after the other; returns the number of the first ready one, and its port. */
function judge(
  looks: readonly Partial<StartLook>[],
  isPortNamed = false,
): readonly [look: number, port: number] | undefined {
  let before: StartWait | undefined;
  for (const [index, some] of looks.entries()) {
    const look = { listeners: [], isLoaded: true, isBusy: false, atMs: index * 10, ...some };
    const verdict = judgeStart(look, { preferredPort: 8000, isPortNamed, before });
    if (verdict.type === "ready") return [index, verdict.listener.port];
    before = verdict.wait;
  }
  return undefined;
}

const idle = { listeners: [any(3000)] };
const busy = { ...idle, isBusy: true };
const loading = { ...idle, isLoaded: false };
const metrics = { listeners: [any(9100)] };

const starts: readonly [
  what: string,
  looks: readonly Partial<StartLook>[],
  expected: readonly [look: number, port: number] | undefined,
][] = [
  ["without a listener", [{}, {}, {}], undefined],
  ["with the preferred port", [{}, { listeners: [any(8000)], isBusy: true }], [1, 8000]],
  [
    "with the preferred port while modules load",
    [{ listeners: [any(8000)], isBusy: true, isLoaded: false }],
    [0, 8000],
  ],
  ["with the preferred port on loopback", [{ listeners: [loopback(8000)] }], [0, 8000]],
  ["with another port, at the second look", [{}, idle, idle], [2, 3000]],
  ["with another port on loopback", [{ listeners: [loopback(3000)] }, {
    listeners: [loopback(3000)],
  }], [1, 3000]],
  ["with another port of a busy thread", [busy, busy, idle], [2, 3000]],
  ["that opens a second port after the first look", [{ listeners: [any(4000)] }, {
    listeners: [any(4000), any(3000)],
    atMs: 1,
  }, { listeners: [any(4000), any(3000)] }], [2, 3000]],
  ["with a preferred port that comes later", [busy, { listeners: [any(3000), any(8000)] }], [
    1,
    8000,
  ]],
  ["that loads", [loading, { ...loading, atMs: 149 }], undefined],
  ["that loads and waits for something", [loading, { ...loading, atMs: 150 }], [1, 3000]],
  ["that has loaded at last", [loading, { ...loading, atMs: 100 }, idle], [2, 3000]],
  ["that loads for long and is busy", [
    loading,
    { ...loading, isBusy: true, atMs: 2_999 },
    { ...loading, isBusy: true, atMs: 3_000 },
  ], [2, 3000]],
  ["with a port that looks private", [metrics, { ...metrics, atMs: 999 }], undefined],
  ["with only a port that looks private", [metrics, { ...metrics, atMs: 1_000 }], [1, 9100]],
  [
    "with metrics and then an app",
    [metrics, { listeners: [any(9100), any(3000)], atMs: 900 }, {
      listeners: [any(9100), any(3000)],
      atMs: 902,
    }],
    [2, 3000],
  ],
  ["whose port closes again", [idle, {}, idle, idle], [3, 3000]],
];

for (const [what, looks, expected] of starts) {
  Deno.test(`judgeStart() of a process ${what}`, () => {
    assert.deepEqual(judge(looks), expected);
  });
}

Deno.test("judgeStart() waits for the port that the manifest names", () => {
  const late = { ...idle, atMs: 10_000 };
  assert.equal(judge([idle, idle, late], true), undefined);
  assert.deepEqual(judge([idle, late, { listeners: [any(3000), loopback(8000)] }], true), [
    2,
    8000,
  ]);
});
