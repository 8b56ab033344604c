import assert from "node:assert/strict";
import { parseTimePoint } from "../../lib/config/time_point.ts";

const NOW = Date.UTC(2026, 0, 31, 12);

const points: readonly [text: string, timeMs: number][] = [
  ["0s", NOW],
  ["10m", NOW - 600_000],
  ["1h30m", NOW - 5_400_000],
  ["2d", NOW - 172_800_000],
  ["1w2d3h4m5s", NOW - 788_645_000],
  ["2026-01-31T09:30:00Z", Date.UTC(2026, 0, 31, 9, 30)],
  ["2026-01-31t09:30:00z", Date.UTC(2026, 0, 31, 9, 30)],
  ["2026-01-31T09:30:00.25+02:00", Date.UTC(2026, 0, 31, 7, 30, 0, 250)],
  ["2026-01-31 09:30Z", Date.UTC(2026, 0, 31, 9, 30)],
  ["2024-12-15T11:06:22.074123456Z", Date.UTC(2024, 11, 15, 11, 6, 22, 74)],
  ["2026-01-31", new Date(2026, 0, 31).getTime()],
  ["2026-01-31 09:30", new Date(2026, 0, 31, 9, 30).getTime()],
  ["2026-01-31 09:30:15", new Date(2026, 0, 31, 9, 30, 15).getTime()],
  ["2026-01-31T09:30:15.5", new Date(2026, 0, 31, 9, 30, 15, 500).getTime()],
  ["2024-02-29", new Date(2024, 1, 29).getTime()],
];

for (const [text, timeMs] of points) {
  Deno.test(`parseTimePoint() reads ${text}`, () => {
    assert.equal(parseTimePoint(text, NOW), timeMs);
  });
}

const nonsense = [
  "",
  " ",
  "10",
  "m",
  "-10m",
  "1.5h",
  "30m1h",
  "10 m",
  "10M",
  "yesterday",
  "1700000000",
  "2026-02-30",
  "2023-02-29",
  "2026-13-01",
  "2026-1-31",
  "2026-01-31 25:00",
  "2026-01-31 09:60",
  "2026-01-31 9:30",
  "2026-01-31T09:30:00+99:99",
  "2026-01-31Z",
  "09:30",
  "99999999999999999999w",
];

for (const text of nonsense) {
  Deno.test(`parseTimePoint() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseTimePoint(text, NOW), {
      name: "SyntaxError",
      message: `"${text}" is not a time. Write how long ago (10m, 1h30m, 2d), a day or a local ` +
        'time (2026-01-31, "2026-01-31 09:30"), or a timestamp (2026-01-31T09:30:00Z)',
    });
  });
}
