import assert from "node:assert/strict";
import type { AskedStatus } from "../../lib/supervisor/ask_status.ts";
import { waitUntilHealthy } from "../../lib/supervisor/health.ts";

const ENDPOINT = { hostname: "127.0.0.1", port: 1 };

const status = (status: number): AskedStatus => ({ type: "status", status });
const silent: AskedStatus = { type: "late", reason: "no answer in time" };

const cases: readonly [
  answers: readonly AskedStatus[],
  attempts: number,
  problem: string | undefined,
  pauses: readonly number[],
][] = [
  [[status(200)], 5, undefined, []],
  [[status(302)], 5, undefined, []],
  [[status(503), silent, status(204)], 5, undefined, [100, 400]],
  [[status(103)], 1, "status 103 (1 attempt)", []],
  [[status(400)], 1, "status 400 (1 attempt)", []],
  [[status(500), status(500), silent], 3, "no answer in time (3 attempts)", [
    100,
    400,
  ]],
  [Array(6).fill(status(503)), 6, "status 503 (6 attempts)", [
    100,
    400,
    1600,
    5000,
    5000,
  ]],
];

for (const [answers, attempts, problem, pauses] of cases) {
  const answered = answers.map((asked) => asked.type === "status" ? asked.status : "-").join(" ");
  Deno.test(`waitUntilHealthy() of ${answered} in ${attempts}: ${problem ?? "healthy"}`, async () => {
    const left = [...answers];
    const paused: number[] = [];
    const found = await waitUntilHealthy(ENDPOINT, { path: "/h", attempts }, {
      signal: new AbortController().signal,
      ask: (_, { path }) => {
        assert.equal(path, "/h");
        return Promise.resolve(left.shift()!);
      },
      pause: (ms) => {
        paused.push(ms);
        return Promise.resolve();
      },
    });
    assert.equal(found, problem);
    assert.deepEqual([paused, left], [pauses, []]);
  });
}

Deno.test("waitUntilHealthy() ends with its signal", async () => {
  const over = new AbortController();
  const found = await waitUntilHealthy(ENDPOINT, { path: "/h", attempts: 5 }, {
    signal: over.signal,
    ask: () => Promise.resolve(status(503)),
    pause: () => Promise.resolve(over.abort()),
  });
  assert.equal(found, "status 503 (1 attempt)");
});
