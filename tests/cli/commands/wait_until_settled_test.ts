import assert from "node:assert/strict";
import { waitUntilSettled } from "../../../cli/commands/wait_until_settled.ts";
import type { FunctionReport } from "../../../lib/control/api.ts";
import type { ControlClient } from "../../../lib/control/control_client.ts";
import { functionReport } from "../function_report.ts";

type Pending = FunctionReport["pending"];

/** Returns the steps that are shown while a supervisor reports these pieces of pending work. */
async function stepsOf(reported: readonly Pending[]): Promise<readonly string[]> {
  const steps: string[] = [];
  const left = [...reported];
  const find = (): Promise<FunctionReport> => {
    assert.ok(left.length > 0, "asked again after the last report");
    return Promise.resolve(functionReport({ pending: left.shift() ?? null }));
  };
  const report = await waitUntilSettled({ find } as unknown as ControlClient, {
    name: "shop",
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    progress: {
      show: (step) => void steps.push(step),
      done: () => {},
      [Symbol.dispose]: () => {},
    },
  });
  assert.equal(report?.pending, null);
  assert.deepEqual(left, []);
  return steps;
}

const TABLE: readonly (readonly [readonly Pending[], readonly string[]])[] = [
  [[null], []],
  [["checking", "starting", null], ["checking", "starting"]],
  [["arriving", "arriving", "checking", null], ["arriving", "arriving", "checking"]],
  // The files that a check found come to rest after the first ones.
  [["checking", "arriving", "checking", "starting", null], ["checking", "checking", "starting"]],
  [["checking", "starting", "arriving", null], ["checking", "starting"]],
];

for (const [reported, shown] of TABLE) {
  Deno.test(`waitUntilSettled() shows new steps: ${JSON.stringify(reported)}`, async () => {
    assert.deepEqual(await stepsOf(reported), shown);
  });
}
