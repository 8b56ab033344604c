import assert from "node:assert/strict";
import {
  parsePageSize,
  parseProcessFigures,
  type ProcessFigures,
  readProcessFigures,
} from "../../lib/system/process_figures.ts";

const zeros = (count: number): string => "0 ".repeat(count);
const rest = `${zeros(8)}3 184`;

const texts: readonly (readonly [text: string, expected: ProcessFigures | undefined])[] = [
  [`1 (deno) S ${zeros(10)}7 3 ${rest}`, { memoryBytes: 12_288, cpuMs: 100 }],
  [`1 (a) b (c) S ${zeros(10)}7 3 ${rest}`, { memoryBytes: 12_288, cpuMs: 100 }],
  [
    `1 () 9 9 9 9 9 9 9 9 9 9 9 9 9 9) S ${zeros(10)}0 1 ${rest}`,
    { memoryBytes: 12_288, cpuMs: 10 },
  ],
  [`1 (deno) Z ${zeros(10)}7 3 ${zeros(8)}0 0`, undefined],
  [`1 (deno) S ${zeros(10)}7 3 0`, undefined],
  [`1 (deno) S ${zeros(10)}7`, undefined],
  ["1 (deno", undefined],
  ["", undefined],
];

for (const [text, expected] of texts) {
  Deno.test(`parseProcessFigures() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseProcessFigures(text, 4_096), expected);
  });
}

Deno.test("parsePageSize() finds it among other entries", () => {
  const vector = (...words: readonly bigint[]) => new Uint8Array(new BigUint64Array(words).buffer);
  assert.equal(parsePageSize(vector(33n, 6n, 6n, 65_536n, 17n, 100n)), 65_536);
  assert.equal(parsePageSize(vector(17n, 100n, 6n)), 4_096);
  assert.equal(parsePageSize(new Uint8Array(7)), 4_096);
});

Deno.test("readProcessFigures() reads what proc_pid_status(5) says", () => {
  const own = readProcessFigures(Deno.pid);
  const status = Deno.readTextFileSync("/proc/self/status");
  const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  assert.ok(own !== undefined && own.cpuMs >= 0);
  assert.ok(Math.abs(own.memoryBytes - resident) < resident / 4, `${own.memoryBytes} ${resident}`);
});

Deno.test("readProcessFigures() returns undefined for a process that has ended", () => {
  assert.equal(readProcessFigures(2 ** 22 + 1), undefined);
});
