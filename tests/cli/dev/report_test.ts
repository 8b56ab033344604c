import assert from "node:assert/strict";
import { createReport, requestLine } from "../../../cli/commands/dev/report.ts";
import type { AccessRecord } from "../../../lib/proxy/access_log.ts";

const RECORD: AccessRecord = {
  startedAtMs: 0,
  method: "GET",
  target: "/hi",
  protocol: "HTTP/1.1",
  host: "localhost",
  referer: "",
  userAgent: "",
  address: "127.0.0.1",
  functionName: "hi",
  status: 200,
  bytes: 2,
  durationMs: 3.4,
  requestId: undefined,
  error: undefined,
};

const requests: readonly [change: Partial<AccessRecord>, line: string][] = [
  [{}, "GET /hi 200 3ms\n"],
  [{ status: 502, error: "upstream-failed" }, "GET /hi 502 3ms (upstream-failed)\n"],
  [{ target: "/\x1b[2J" }, "GET /\\x1b[2J 200 3ms\n"],
  [{ method: "", target: "", status: 400 }, "Malformed request 400 3ms\n"],
];

for (const [change, line] of requests) {
  Deno.test(`requestLine() ${JSON.stringify(line)}`, () => {
    assert.equal(requestLine({ ...RECORD, ...change }), line);
  });
}

function reported(isSingle: boolean, isColoured = false, isOutColoured = isColoured): {
  readonly report: ReturnType<typeof createReport>;
  readonly out: string[];
  readonly error: string[];
} {
  const [out, error]: [string[], string[]] = [[], []];
  const report = createReport({
    functionsDirectory: "/f",
    url: () => "http://localhost:9999",
    isSingle,
    isColoured,
    isOutColoured,
    out: (text) => void out.push(text),
    error: (text) => void error.push(text),
    read: () => undefined,
  });
  return { report, out, error };
}

Deno.test("createReport() names functions only if there are several", () => {
  for (const [isSingle, label] of [[true, ""], [false, "[shop] "]] as const) {
    const { report, out, error } = reported(isSingle);
    report.line("shop", "stdout", "a\x1b[2J");
    report.line("shop", "stderr", "b");
    report.event("shop", { type: "ready", ms: 51.6, isFirst: true });
    report.event("shop", { type: "ready", ms: 9, isFirst: false });
    assert.deepEqual(out, [`${label}a\\x1b[2J\n`]);
    assert.deepEqual(error, [
      `${label}b\n`,
      `${label}Ready in 52 ms: http://localhost:9999/shop\n`,
      `${label}Reloaded in 9 ms\n`,
    ]);
  }
});

Deno.test("createReport() keeps styles only where there are colors", () => {
  for (
    const [isColoured, line] of [[true, "\x1b[4ma\x1b[0m\\x1b[2J\x1b[0m\n"], [
      false,
      "a\\x1b[2J\n",
    ]] as const
  ) {
    const { report, out } = reported(true, isColoured);
    report.line("shop", "stdout", "\x1b[4ma\x1b[0m\x1b[2J");
    assert.deepEqual(out, [line]);
  }
});

Deno.test("createReport() writes no colors to a file beside a terminal", () => {
  const { report, out, error } = reported(false, true, false);
  for (const stream of ["stdout", "stderr"] as const) report.line("shop", stream, "\x1b[31mno");
  assert.deepEqual(out, ["[shop] no\n"]);
  assert.ok(error[0]!.includes("\x1b[31mno"));
});

Deno.test("createReport() says which code serves after an error", () => {
  const { report, error } = reported(true);
  report.event("a", { type: "type-errors", text: "TS1", keepsOld: true });
  report.event("a", { type: "type-errors", text: "TS1", keepsOld: false });
  report.event("a", { type: "types-fixed" });
  report.event("a", { type: "failed", message: "exited with code 1", keepsOld: false });
  report.event("a", { type: "failed", message: "x", keepsOld: true });
  assert.deepEqual(error, [
    "Type errors\nTS1\nThe code before serves until this is fixed; r starts the new code anyway\n",
    "Type errors\nTS1\nIt runs in spite of that; a server does not start it\n",
    "No type errors any more\n",
    "Exited with code 1. It starts again with the next request or change\n",
    "X. The code before goes on serving\n",
  ]);
});
