import assert from "node:assert/strict";
import { describeExit, parseExit } from "../../lib/process/exit.ts";

const cases: readonly [
  code: number,
  signal: Deno.Signal | null,
  known: string | undefined,
  text: string,
][] = [
  [0, null, undefined, "exited with code 0"],
  [1, null, undefined, "exited with code 1"],
  [127, null, undefined, "exited with code 127"],
  [128, null, undefined, "exited with code 128"],
  [137, null, "SIGKILL", "was killed by SIGKILL"],
  [143, null, "SIGTERM", "was killed by SIGTERM"],
  [139, null, "SIGSEGV", "was killed by SIGSEGV"],
  [133, null, "SIGTRAP", "ran out of heap memory (SIGTRAP)"],
  [255, null, undefined, "exited with code 255"],
  [137, "SIGKILL", "SIGKILL", "was killed by SIGKILL"],
  [154, "SIGVTALRM", "SIGVTALRM", "was killed by SIGVTALRM"],
];

for (const [code, signal, known, text] of cases) {
  Deno.test(`parseExit() of ${code} and ${signal}: ${text}`, () => {
    const exit = parseExit({ code, signal });
    assert.deepEqual(exit, { code, signal: known });
    assert.equal(describeExit(exit), text);
  });
}
