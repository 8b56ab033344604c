import assert from "node:assert/strict";
import { isExiting, parseExiting } from "../../lib/process/is_exiting.ts";
import { within } from "../patience.ts";

const texts: readonly [stat: string, expected: boolean][] = [
  ["7 (deno) S 1 7 7 0 -1 4194304 9 0", false],
  ["7 (a) Z 1 (b) R 1 7 7 0 -1 4194304 9 0", false],
  ["7 (deno) R 1 7 7 0 -1 4194308 9 0", true],
  ["7 (deno) Z 1 7 7 0 -1 4227084 9 0", true],
  ["", true],
];

for (const [stat, expected] of texts) {
  Deno.test(`parseExiting() of "${stat}" is ${expected}`, () => {
    assert.equal(parseExiting(stat), expected);
  });
}

Deno.test(
  "isExiting() sees the end of a process",
  { ignore: Deno.build.os !== "linux" },
  async () => {
    await using child = new Deno.Command("cat", { stdin: "piped" }).spawn();
    assert.equal(isExiting(child.pid), false);
    child.kill("SIGKILL");
    await within(child.status, "its end");
    assert.equal(isExiting(child.pid), true);
  },
);
