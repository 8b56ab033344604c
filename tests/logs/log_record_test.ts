import assert from "node:assert/strict";
import { formatLogRecord, type LogRecord, parseLogRecord } from "../../lib/logs/log_record.ts";

const time = "2024-12-15T11:06:22.074Z";

function record(text: string, change: Partial<LogRecord> = {}): LogRecord {
  return { time, stream: "stdout", text, isPartial: false, ...change };
}

const written: readonly [LogRecord, cri: string, docker: string][] = [
  [record("text"), `${time} stdout F text`, `{"log":"text\\n","stream":"stdout","time":"${time}"}`],
  [
    record("a", { isPartial: true, stream: "stderr" }),
    `${time} stderr P a`,
    `{"log":"a","stream":"stderr","time":"${time}"}`,
  ],
  [record(""), `${time} stdout F `, `{"log":"\\n","stream":"stdout","time":"${time}"}`],
];

for (const [one, cri, docker] of written) {
  Deno.test(`formatLogRecord() of ${JSON.stringify(one)}`, () => {
    assert.equal(formatLogRecord(one, "cri"), `${cri}\n`);
    assert.equal(formatLogRecord(one, "docker"), `${docker}\n`);
  });
}

const texts = [
  "",
  " ",
  " leading and trailing ",
  "stdout F nested",
  '{"log":"x"}',
  "\t\0\x1b[31m",
  "a\rb\r",
  "\u2028\u2029\u0085",
  "é👋\ufffd",
  '"\\',
];

for (const format of ["cri", "docker"] as const) {
  for (const text of texts) {
    Deno.test(`parseLogRecord() reads ${JSON.stringify(text)} back from ${format}`, () => {
      for (const change of [{}, { isPartial: true }, { stream: "stderr" as const }]) {
        const one = record(text, change);
        const line = formatLogRecord(one, format);
        assert.equal(line.indexOf("\n"), line.length - 1);
        assert.deepEqual(parseLogRecord(line.slice(0, -1)), one);
      }
    });
  }
}

const foreign = [
  "",
  "text",
  `${time} stdout text`,
  `${time} stdin F text`,
  `${time} stdout X text`,
  `${time} stdout F`,
  ` ${time} stdout F text`,
  "{",
  "{}",
  `{"log":1,"stream":"stdout","time":"${time}"}`,
  `{"log":"x","stream":"stdin","time":"${time}"}`,
  '{"log":"x","stream":"stdout"}',
];

for (const line of foreign) {
  Deno.test(`parseLogRecord() rejects ${JSON.stringify(line)}`, () => {
    assert.equal(parseLogRecord(line), undefined);
  });
}
