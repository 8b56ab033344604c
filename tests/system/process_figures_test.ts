import assert from "node:assert/strict";
import {
  parseProcessorTime,
  parseResidentMemory,
  readProcessFigures,
} from "../../lib/system/process_figures.ts";

const zeros = "0 ".repeat(10);

const processorTimes: readonly (readonly [text: string, expected: number | undefined])[] = [
  [`1 (deno) S ${zeros}7 3 0 0 20`, 100],
  [`1 (a) b (c) S ${zeros}7 3 0 0 20`, 100],
  [`1 () 9 9 9 9 9 9 9 9 9 9 9 9 9 9) S ${zeros}0 1 0`, 10],
  [`1 (deno) S ${zeros}7`, undefined],
  ["1 (deno", undefined],
  ["", undefined],
];

for (const [text, expected] of processorTimes) {
  Deno.test(`parseProcessorTime() reads ${JSON.stringify(text)}`, () => {
    assert.equal(parseProcessorTime(text), expected);
  });
}

Deno.test("parseResidentMemory() reads only the line VmRSS", () => {
  assert.equal(parseResidentMemory("Name:\tVmRSS: 1 kB\nVmHWM:\t 9 kB\nVmRSS:\t  12 kB\n"), 12_288);
  assert.equal(parseResidentMemory("Name:\tdeno\nState:\tZ (zombie)\n"), undefined);
});

Deno.test("readProcessFigures() returns undefined for a process that has ended", () => {
  const own = readProcessFigures(Deno.pid);
  assert.ok(own!.memoryBytes > 1024 ** 2 && own!.cpuMs > 0, JSON.stringify(own));
  assert.equal(readProcessFigures(2 ** 22 + 1), undefined);
});
