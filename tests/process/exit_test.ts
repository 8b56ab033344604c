import assert from "node:assert/strict";
import { describeExit, parseExit } from "../../lib/process/exit.ts";

const cases: readonly [
  code: number,
  signal: Deno.Signal | null,
  known: string | undefined,
  text: string,
][] = [
  [0, null, undefined, "it exited with code 0"],
  [1, null, undefined, "it exited with code 1"],
  [127, null, undefined, "it exited with code 127"],
  [128, null, undefined, "it exited with code 128"],
  [137, null, "SIGKILL", "it was ended by SIGKILL"],
  [143, null, "SIGTERM", "it was ended by SIGTERM"],
  [139, null, "SIGSEGV", "it was ended by SIGSEGV"],
  [133, null, "SIGTRAP", "it ran out of heap memory (SIGTRAP)"],
  [255, null, undefined, "it exited with code 255"],
  [137, "SIGKILL", "SIGKILL", "it was ended by SIGKILL"],
  [154, "SIGVTALRM", "SIGVTALRM", "it was ended by SIGVTALRM"],
];

for (const [code, signal, known, text] of cases) {
  Deno.test(`parseExit() of ${code} and ${signal}: ${text}`, () => {
    const exit = parseExit({ code, signal });
    assert.deepEqual(exit, { code, signal: known });
    assert.equal(describeExit(exit), text);
  });
}
