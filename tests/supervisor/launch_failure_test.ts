import assert from "node:assert/strict";
import { launchFailure } from "../../lib/supervisor/launch_failure.ts";

const plain = new Error("No space left on device");
const abortError = new DOMException("The signal has been aborted", "AbortError");

const outcomes: readonly [error: Error, isAborted: boolean, type: "aborted" | "failed"][] = [
  [plain, false, "failed"],
  [plain, true, "aborted"],
  [abortError, true, "aborted"],
  // Without a failure, the function would wait for this launch for ever.
  [abortError, false, "failed"],
];

for (const [error, isAborted, type] of outcomes) {
  const launch = isAborted ? "an aborted launch" : "a launch";
  Deno.test(`launchFailure() of ${launch} with ${error.name} is ${type}`, () => {
    const signal = isAborted ? AbortSignal.abort() : new AbortController().signal;
    const outcome = launchFailure(error, { revision: "r1", signal });
    assert.equal(outcome.type, type);
    if (outcome.type !== "failed") return;
    const { stage, isTransient, detail, revision } = outcome.failure;
    assert.deepEqual([stage, isTransient, detail, revision], ["host", true, error.message, "r1"]);
  });
}
