import assert from "node:assert/strict";
import { formatLogLine, type LogLineOptions } from "../../../cli/output/log_line.ts";
import { nameColour } from "../../../cli/output/name_colour.ts";
import type { LogRecord } from "../../../lib/logs/log_record.ts";

const TIME = "2024-12-15T11:06:22.074Z";
const NAME_COLOUR = nameColour("app");

const cases: readonly [
  what: string,
  record: Partial<LogRecord>,
  prefixed: string,
  painted: string,
  text: string,
  json: string,
][] = [
  [
    "a line",
    {},
    `${TIME} [app] hi`,
    `<dim ${TIME}> <${NAME_COLOUR} [app]> hi`,
    "hi",
    `{"name":"app","time":"${TIME}","stream":"stdout","text":"hi","isPartial":false}`,
  ],
  [
    "standard error",
    { stream: "stderr" },
    `${TIME} [app] hi`,
    `<dim ${TIME}> <${NAME_COLOUR} [app]> <red hi>`,
    "hi",
    `{"name":"app","time":"${TIME}","stream":"stderr","text":"hi","isPartial":false}`,
  ],
  [
    "an empty line",
    { text: "", stream: "stderr" },
    `${TIME} [app] `,
    `<dim ${TIME}> <${NAME_COLOUR} [app]> `,
    "",
    `{"name":"app","time":"${TIME}","stream":"stderr","text":"","isPartial":false}`,
  ],
  [
    "a part whose rest never came",
    { isPartial: true },
    `${TIME} [app] hi…`,
    `<dim ${TIME}> <${NAME_COLOUR} [app]> hi<dim …>`,
    "hi…",
    `{"name":"app","time":"${TIME}","stream":"stdout","text":"hi","isPartial":true}`,
  ],
  [
    "a text that would command a terminal",
    { text: "\x1b[2J\x9b\u202e\n\tx" },
    `${TIME} [app] \\x1b[2J\\x9b\\u202e\\x0a\tx`,
    `<dim ${TIME}> <${NAME_COLOUR} [app]> \\x1b[2J\\x9b\\u202e\\x0a\tx`,
    "\\x1b[2J\\x9b\\u202e\\x0a\tx",
    `{"name":"app","time":"${TIME}","stream":"stdout",` +
    '"text":"\\u001b[2J\\u009b\\u202e\\n\\tx","isPartial":false}',
  ],
];

for (const [what, change, prefixed, painted, text, json] of cases) {
  Deno.test(`formatLogLine() of ${what}`, () => {
    const record: LogRecord = {
      time: TIME,
      stream: "stdout",
      text: "hi",
      isPartial: false,
      ...change,
    };
    const format = (
      shape: LogLineOptions["shape"],
      paint: LogLineOptions["paint"] = (_, text) => text,
    ): string => formatLogLine("app", record, { shape, paint });
    assert.equal(format("prefixed"), `${prefixed}\n`);
    assert.equal(format("prefixed", (style, text) => `<${style} ${text}>`), `${painted}\n`);
    assert.equal(format("text"), `${text}\n`);
    assert.equal(format("json"), `${json}\n`);
    assert.equal(JSON.parse(format("json")).text, record.text);
  });
}
