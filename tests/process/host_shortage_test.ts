import assert from "node:assert/strict";
import { namesHostShortage } from "../../lib/process/host_shortage.ts";

const rows: readonly [output: string, isShort: boolean][] = [
  ["", false],
  ["error: Uncaught Error: no\n", false],
  [
    "\n============\nDeno could not start: unable to create worker threads.\n\nThis usually happens",
    true,
  ],
  ["sh: 1: Cannot fork", true],
  ["nsenter: fork failed: Resource temporarily unavailable", true],
  ["first\nbwrap: Creating new namespace failed: Resource temporarily unavailable", true],
  ["bwrap: Creating new namespace failed: No space left on device", true],
  ["bwrap: Can't open /proc: Too many open files", true],
  ["bwrap: Can't find source path /proc/self/fd/5: No such file or directory", false],
  ["the sh: 1: Cannot fork", false],
  ["error: Uncaught Error: bwrap: Cannot allocate memory", false],
  [`sh: ${"x".repeat(1_000)}: Cannot fork`, false],
];

for (const [output, isShort] of rows) {
  Deno.test(`namesHostShortage() of ${JSON.stringify(output.slice(0, 60))}`, () => {
    assert.equal(namesHostShortage(output), isShort);
  });
}
