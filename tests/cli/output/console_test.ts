import assert from "node:assert/strict";
import type { Console } from "../../../cli/output/console.ts";
import { createConsole } from "../../../cli/output/create_console.ts";
import { createJsonConsole } from "../../../cli/output/console_json.ts";
import type { ConsoleStreams } from "../../../cli/output/console_streams.ts";
import { createTextConsole } from "../../../cli/output/console_text.ts";

const REPORT = {
  version: "1.2.3",
  pid: 7,
  startedAt: "2026-11-23T00:00:00.000Z",
  url: "http://localhost:9999",
  functionsDirectory: "/opt/functions",
  logsDirectory: null,
  dataDirectory: "/var/lib/ddsrv/data",
  isolation: "full",
  owner: "abcdef",
} as const;

interface Streams extends ConsoleStreams {
  readonly taken: string[];
}

function openStreams(): Streams {
  const taken: string[] = [];
  return {
    taken,
    out: (text) => taken.push(`1 ${text}`),
    error: (text) => taken.push(`2 ${text}`),
    footer: (text) => taken.push(`3 ${text}`),
    flush: () => Promise.resolve(),
  };
}

function sayEverything(console: Console): void {
  console.banner(REPORT);
  console.say("Functions: 2");
  console.warn(new Error("something"));
  console.change("a", {
    event: "checking",
    message: "checking",
    details: [],
    isRepeat: false,
  });
  const failed = { event: "failed", message: "failed: x", details: ["\x1b[2J1", "2"] } as const;
  console.change("a", { ...failed, isRepeat: false });
  console.ignored("b\x1b", "it has no index.ts");
  console.progress(new Map([["a", "checking"]]));
  console.line("a", "stdout", { text: "hi\x1b[31m", isPartial: false });
  console.line("a", "stderr", { text: "oh", isPartial: true, atMs: 0 });
  console.debug("a: \x1b -> ready");
  console.print("GET /\n");
}

Deno.test("createTextConsole() escapes control characters of functions", () => {
  const streams = openStreams();
  sayEverything(createTextConsole(streams, { isQuiet: false, isTerminal: false }));
  assert.deepEqual(streams.taken, [
    "2 ddsrv 1.2.3 serves /opt/functions\nIsolation: full\nListening on http://localhost:9999\n",
    "2 Functions: 2\n",
    "2 Warning: something\n",
    "2 a checking\n",
    "2 a failed: x\na   \\x1b[2J1\na   2\n",
    "2 b\\x1b ignored: it has no index.ts\n",
    "1 [a] hi\\x1b[31m\n",
    "2 [a] oh\n",
    "2 Debug: a: \\x1b -> ready\n",
    "1 GET /\n",
  ]);
});

Deno.test("createTextConsole() shows progress only in the footer on a terminal", () => {
  const streams = openStreams();
  sayEverything(createTextConsole(streams, { isQuiet: true, isTerminal: true }));
  assert.deepEqual(streams.taken.slice(3), [
    "2 a failed: x\na   \\x1b[2J1\na   2\n",
    "2 b\\x1b ignored: it has no index.ts\n",
    "3 checking a",
    "2 Debug: a: \\x1b -> ready\n",
    "1 GET /\n",
  ]);
});

Deno.test("createTextConsole() shows a function's last lines once, or with --quiet below its failure", () => {
  const change = {
    event: "failed",
    message: "failed: The function ended",
    details: ["error: Uncaught"],
    isRepeat: true,
  } as const;
  for (const isQuiet of [false, true]) {
    const streams = openStreams();
    const console = createTextConsole(streams, { isQuiet, isTerminal: false });
    console.line("a", "stderr", { text: "error: Uncaught", isPartial: false });
    console.change("a", change);
    const failed = "2 a failed: The function ended\n";
    assert.deepEqual(
      streams.taken,
      isQuiet ? [`${failed}a   error: Uncaught\n`] : ["2 [a] error: Uncaught\n", failed],
    );
  }
});

Deno.test("createJsonConsole() writes one object per line and escapes control characters", () => {
  const streams = openStreams();
  sayEverything(createJsonConsole(streams, { isQuiet: false, now: () => "T" }));
  const said = streams.taken.slice(0, -1).map((text) => {
    assert.match(text, /^[12] \{[ -~]*\}\n$/);
    return [text.slice(0, 1), JSON.parse(text.slice(2))];
  });
  const plain = { time: "T", level: "info" };
  assert.deepEqual(said, [
    ["2", {
      ...plain,
      event: "serving",
      message: "serving at http://localhost:9999",
      supervisor: REPORT,
    }],
    ["2", { ...plain, event: "notice", message: "Functions: 2" }],
    ["2", { ...plain, level: "warn", event: "warning", message: "something" }],
    ["2", { ...plain, event: "checking", function: "a", message: "checking" }],
    ["2", {
      ...plain,
      level: "error",
      event: "failed",
      function: "a",
      message: "failed: x",
      detail: "\x1b[2J1\n2",
    }],
    ["2", {
      ...plain,
      level: "warn",
      event: "ignored",
      function: "b\x1b",
      message: "it has no index.ts",
    }],
    ["1", { ...plain, event: "line", function: "a", stream: "stdout", message: "hi\x1b[31m" }],
    ["2", {
      ...plain,
      time: "1970-01-01T00:00:00.000Z",
      level: "error",
      event: "line",
      function: "a",
      stream: "stderr",
      message: "oh",
      isPartial: true,
    }],
    ["2", { time: "T", level: "debug", event: "debug", message: "a: \x1b -> ready" }],
  ]);
});

Deno.test("createConsole() chooses by the format", () => {
  for (const [format, expected] of [["text", "2 hi\n"], ["json", '2 {"time":']] as const) {
    const streams = openStreams();
    createConsole({ format, isQuiet: false }, streams).say("hi");
    assert.ok(streams.taken[0]!.startsWith(expected), streams.taken[0]);
  }
});
