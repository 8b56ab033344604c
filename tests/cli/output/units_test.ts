import assert from "node:assert/strict";
import { formatBytes, formatDuration, formatShare } from "../../../cli/output/units.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

const durations: readonly [ms: number, text: string][] = [
  [0, "0s"],
  [999, "0s"],
  [SECOND, "1s"],
  [59_999, "59s"],
  [60 * SECOND, "1m0s"],
  [3_599_999, "59m59s"],
  [HOUR, "1h0m"],
  [3_725_000, "1h2m"],
  [24 * HOUR - 1, "23h59m"],
  [24 * HOUR, "1d0h"],
  [49.5 * HOUR, "2d1h"],
  [400 * 24 * HOUR, "400d0h"],
];

for (const [ms, text] of durations) {
  Deno.test(`formatDuration() of ${ms} ms is ${text}`, () => {
    assert.equal(formatDuration(ms), text);
  });
}

const sizes: readonly [bytes: number, text: string][] = [
  [0, "0B"],
  [1, "1B"],
  [1_023, "1023B"],
  [1_024, "1.0KiB"],
  [1_536, "1.5KiB"],
  [1_024 ** 2, "1.0MiB"],
  [45_193_625, "43.1MiB"],
  [1_024 ** 3, "1.0GiB"],
  [1_024 ** 4, "1.0TiB"],
  [1_024 ** 5, "1024.0TiB"],
];

for (const [bytes, text] of sizes) {
  Deno.test(`formatBytes() of ${bytes} is ${text}`, () => {
    assert.equal(formatBytes(bytes), text);
  });
}

const shares: readonly [share: number, text: string][] = [
  [0, "0.0%"],
  [0.0004, "0.0%"],
  [0.0005, "0.1%"],
  [0.125, "12.5%"],
  [0.9994, "99.9%"],
  [0.9996, "100%"],
  [1, "100%"],
  [3.456, "346%"],
];

for (const [share, text] of shares) {
  Deno.test(`formatShare() of ${share} is ${text}`, () => {
    assert.equal(formatShare(share), text);
  });
}
