import assert from "node:assert/strict";
import { afterResolution, type NameState, UNKNOWN_NAME } from "../../lib/namespace/name_state.ts";
import type { Resolution } from "../../lib/namespace/resolve_name.ts";

const found = (ttlMs: number, ...addresses: string[]): Resolution => ({
  type: "found",
  addresses,
  ttlMs,
});

const missing: Resolution = { type: "missing", wanted: "IPv4" };
const failed: Resolution = { type: "failed", reason: "ETIMEOUT" };

/** Returns the state of a new name after several answers. */
function after(...answers: readonly Resolution[]): NameState {
  return answers.reduce(afterResolution, UNKNOWN_NAME);
}

const NOT_THERE = "it does not resolve to an IPv4 address, so connections to it are refused";
const NO_ANSWER = "no resolver answered (ETIMEOUT), ";

const rows: readonly [what: string, state: NameState, expected: Partial<NameState>][] = [
  ["the first answer", after(found(60_000, "192.0.2.1", "192.0.2.2")), {
    addresses: ["192.0.2.1", "192.0.2.2"],
    retired: [],
    problem: undefined,
    failures: 0,
    refreshMs: 60_000,
  }],
  ["the same answer", after(found(60_000, "192.0.2.1"), found(60_000, "192.0.2.1")), {
    addresses: ["192.0.2.1"],
    retired: [],
  }],
  ["another address", after(found(60_000, "192.0.2.1"), found(60_000, "192.0.2.2")), {
    addresses: ["192.0.2.2"],
    retired: ["192.0.2.1"],
  }],
  [
    "one address more and one less",
    after(found(1, "192.0.2.1", "192.0.2.2"), found(1, "192.0.2.2", "192.0.2.3")),
    { addresses: ["192.0.2.2", "192.0.2.3"], retired: ["192.0.2.1"] },
  ],
  [
    "two newer answers",
    after(found(1, "192.0.2.1"), found(1, "192.0.2.2"), found(1, "192.0.2.3")),
    { addresses: ["192.0.2.3"], retired: ["192.0.2.2"] },
  ],
  [
    "an address that comes back",
    after(found(1, "192.0.2.1"), found(1, "192.0.2.2"), found(1, "192.0.2.1")),
    { addresses: ["192.0.2.1"], retired: ["192.0.2.2"] },
  ],
  ["a name that does not exist", after(missing), {
    ...UNKNOWN_NAME,
    problem: NOT_THERE,
    failures: 1,
    refreshMs: 5_000,
  }],
  [
    "a name that no longer exists",
    after(found(1, "192.0.2.1"), found(1, "192.0.2.2"), missing),
    { addresses: [], retired: [], problem: NOT_THERE, failures: 1 },
  ],
  ["no answer", after(failed), {
    addresses: [],
    retired: [],
    problem: `${NO_ANSWER}connections to it are refused`,
    failures: 1,
    refreshMs: 5_000,
  }],
  [
    "no answer after an answer",
    after(found(60_000, "192.0.2.1"), found(60_000, "192.0.2.2"), failed),
    {
      addresses: ["192.0.2.2"],
      retired: ["192.0.2.1"],
      problem: `${NO_ANSWER}its last addresses stay allowed`,
      failures: 1,
      refreshMs: 5_000,
    },
  ],
  [
    "an answer after failures",
    after(failed, missing, failed, found(60_000, "192.0.2.1")),
    { addresses: ["192.0.2.1"], problem: undefined, failures: 0, refreshMs: 60_000 },
  ],
  [
    "a failure after an answer after failures",
    after(failed, failed, found(1, "192.0.2.1"), failed),
    {
      failures: 1,
      refreshMs: 5_000,
    },
  ],
];

for (const [what, state, expected] of rows) {
  Deno.test(`afterResolution() of ${what}`, () => {
    assert.deepEqual(state, { ...state, ...expected });
  });
}

for (
  const [ttlMs, refreshMs] of [
    [0, 5_000],
    [4_999, 5_000],
    [5_001, 5_001],
    [299_999, 299_999],
    [300_001, 300_000],
    [86_400_000, 300_000],
    [Infinity, 300_000],
  ] as const
) {
  Deno.test(`afterResolution() refreshes after ${refreshMs} ms with a TTL of ${ttlMs}`, () => {
    assert.equal(after(found(ttlMs, "192.0.2.1")).refreshMs, refreshMs);
  });
}

for (const answer of [missing, failed]) {
  Deno.test(`afterResolution() backs off when the answer is ${answer.type}`, () => {
    const waits = Array.from(
      { length: 9 },
      (_, count) => after(...Array.from({ length: count + 1 }, () => answer)).refreshMs,
    );
    assert.deepEqual(waits.slice(0, 7), [
      5_000,
      10_000,
      20_000,
      40_000,
      80_000,
      160_000,
      300_000,
    ]);
    assert.deepEqual(waits.slice(7), [300_000, 300_000]);
    const late = after(...Array.from({ length: 2_000 }, () => answer));
    assert.deepEqual([late.failures, late.refreshMs], [2_000, 300_000]);
  });
}

Deno.test("afterResolution() does not mutate its input", () => {
  const before = after(found(1, "192.0.2.1"));
  const copy = structuredClone(before);
  for (const answer of [missing, failed, found(1, "192.0.2.2")]) afterResolution(before, answer);
  assert.deepEqual(before, copy);
});
