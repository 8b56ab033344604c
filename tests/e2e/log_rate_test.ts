import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { parseLogRecord } from "../../lib/logs/log_record.ts";
import { eventually, startServer } from "./support/harness.ts";

const STARTING = 3_000;
const FLOODING = 30_000;

/** Logs many lines at its start, and again before it crashes, with the last ones in turn. */
const FLOOD = `
  const encoder = new TextEncoder();
  const log = (name, count) => {
    const lines = Array.from({ length: count }, (_, n) => name + " " + n + "\\n");
    const bytes = encoder.encode(lines.join(""));
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  };
  log("start", ${STARTING});
  Deno.serve(() => {
    setTimeout(() => {
      log("flood", ${FLOODING});
      for (let n = 0; n < 20; n++) console[n % 2 ? "log" : "error"]("turn " + n);
      throw new Error("the reason of the crash");
    }, 1_500);
    return new Response("soon");
  });
`;

Deno.test("logs: a flood loses no line of an instance's first second and none before its crash, and is counted", async () => {
  await using server = await startServer({
    files: {
      "flood/index.ts": FLOOD,
      "flood/ddsrv.json": '{ "logRate": 200 }',
      "greedy/index.ts": "",
      "greedy/ddsrv.json": '{ "logRate": "none" }',
    },
    flags: ["--log-rate", "1000", "--log-max-size", "1GiB", "--quiet"],
  });
  const { functions, logs } = server;
  await server.said(
    `${join(functions, "greedy", "ddsrv.json")} asks for logRate none, but the settings allow at ` +
      "most 1000",
  );
  await server.answers("/flood", "soon");
  const read = async (): Promise<string[]> => {
    const text = await Deno.readTextFile(join(logs, "flood.log"));
    return text.trimEnd().split("\n").map((line) => parseLogRecord(line)!.text);
  };
  const isLast = (line: string): boolean => /^ddsrv: revision \w+ failed: .*exit/.test(line);
  await eventually("the exit in the log", async () => (await read()).some(isLast), {
    now: server.output,
  });
  const lines = await read();
  const own = lines.slice(0, lines.findIndex(isLast));
  const numbersOf = (name: string): number[] =>
    own.filter((line) => line.startsWith(`${name} `)).map((line) => Number(line.split(" ")[1]));
  deepEqual(numbersOf("start"), Array.from({ length: STARTING }, (_, n) => n));
  const turns = numbersOf("turn");
  for (const parity of [0, 1]) {
    const inOrder = Array.from({ length: 10 }, (_, n) => 2 * n + parity);
    deepEqual(turns.filter((n) => n % 2 === parity), inOrder);
  }
  ok(
    own.some((line) => line.includes("Error: the reason of the crash")),
    own.slice(-30).join("\n"),
  );
  const flood = numbersOf("flood");
  deepEqual(flood, [...flood].sort((a, b) => a - b));
  deepEqual(flood.slice(0, 200), Array.from({ length: 200 }, (_, n) => n));
  const reports = own.filter((line) => line.includes("lines were dropped"));
  match(
    reports[0]!,
    /^ddsrv: \d+ lines were dropped: the limit is 200 lines a second \(logRate\)$/,
  );
  const dropped = reports.reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
  equal(flood.length + dropped, FLOODING);
  const [after, before] = ["flood 199", `flood ${FLOODING - 1}`].map((line) => own.indexOf(line));
  ok(reports.every((line) => own.indexOf(line) > after! && own.indexOf(line) < before!));
});
