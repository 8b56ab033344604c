import assert from "node:assert/strict";
import { awaited } from "../../lib/control/awaited_functions.ts";
import { failure, functionState, instance, readyInstance } from "../supervisor/function_states.ts";

const NOBODY: ReadonlySet<string> = new Set();
const checking = functionState({ candidate: instance(1) });
const starting = functionState({ candidate: instance(1, { phase: "starting" }) });
const ready = functionState({ serving: readyInstance(1), candidate: instance(2) });
const failed = functionState({ failure: failure("check") });
const idle = functionState({ isIdle: true });

Deno.test("awaited() counts the functions that are still starting", () => {
  const of = (functions: Parameters<typeof awaited>[0]["functions"], unsettled = NOBODY): unknown =>
    awaited({ hasSource: true, hasScanned: true, functions, unsettled });
  assert.equal(of([checking]), "1 function is still starting");
  assert.equal(of([checking, starting, ready], new Set(["x"])), "3 functions are still starting");
  assert.equal(of([]), undefined);
  assert.equal(of([ready, failed, idle]), undefined);
  assert.equal(
    awaited({ hasSource: true, hasScanned: false, functions: [], unsettled: NOBODY }),
    "the functions directory has not been scanned yet",
  );
});

Deno.test("awaited() waits for the source, whatever has been scanned", () => {
  assert.equal(
    awaited({ hasSource: false, hasScanned: true, functions: [], unsettled: NOBODY }),
    "the source of the functions has not been read yet",
  );
});
