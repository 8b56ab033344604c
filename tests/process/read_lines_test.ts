import { deepEqual, match, ok } from "node:assert/strict";
import type { OutputLine, StreamName } from "../../lib/process/lines.ts";
import { readLines } from "../../lib/process/read_lines.ts";
import { eventually, within } from "../patience.ts";

const REST = { idleMs: 20, maxBytes: 1_000_000 };

const encoder = new TextEncoder();

/** Both streams of a process, and a way to write to them. */
function openStreams() {
  const controllers = {} as Record<StreamName, ReadableStreamDefaultController<Uint8Array>>;
  const stopped = new Set<StreamName>();
  const taken = { stdout: 0, stderr: 0 };
  const open = (name: StreamName): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start: (controller) => void (controllers[name] = controller),
      pull: () => void taken[name]++,
      cancel: () => void stopped.add(name),
    }, { highWaterMark: 0 });
  const streams = { stdout: open("stdout"), stderr: open("stderr") };
  const write = (name: StreamName, text: string): void => {
    if (!stopped.has(name)) controllers[name].enqueue(encoder.encode(text));
  };
  const end = (): void => Object.values(controllers).forEach((one) => one.close());
  return { streams, write, end, taken };
}

/** Collects lines. */
function openCollector() {
  const lines: (OutputLine & { stream: StreamName })[] = [];
  const onLine = (stream: StreamName, line: OutputLine): void =>
    void lines.push({ stream, ...line });
  return { lines, onLine, texts: () => lines.map(({ text }) => text) };
}

Deno.test("readLines() passes on the lines of both streams with their times, and the last at the end", async () => {
  const { streams, write, end } = openStreams();
  const { lines, onLine } = openCollector();
  const beganMs = Date.now();
  const reading = readLines(streams, { logRate: 10, onLine });
  write("stdout", "a\nb");
  await eventually("the first line", () => lines.length === 1);
  write("stderr", "c\n");
  await eventually("the second line", () => lines.length === 2);
  end();
  await within(reading.finish(REST), "the end");
  deepEqual(lines.map(({ stream, text }) => `${stream} ${text}`), [
    "stdout a",
    "stderr c",
    "stdout b",
  ]);
  ok(lines.every(({ atMs = 0 }) => atMs >= beganMs && atMs <= Date.now()));
});

Deno.test("readLines() passes on the newest lines of a flood when it is over, without an exit", async () => {
  const { streams, write, end } = openStreams();
  const { lines, onLine, texts } = openCollector();
  let nowMs = 0;
  const reading = readLines(streams, { logRate: 1, onLine, now: () => nowMs });
  write("stdout", "first\n");
  await eventually("the first line", () => lines.length === 1);
  nowMs = 1_000;
  write("stdout", Array.from({ length: 300 }, (_, index) => `${index}\n`).join(""));
  await eventually("the newest lines", () => texts().at(-1) === "299");
  match(texts()[2]!, /^ddsrv: 199 lines were dropped: the limit is 1 lines a second \(logRate\)$/);
  deepEqual(texts().slice(3), Array.from({ length: 100 }, (_, index) => String(200 + index)));
  end();
  await within(reading.finish(REST), "the end");
});

Deno.test("readLines() without a limit reads no more of a stream while its receiver is behind", async () => {
  const { streams, write, end, taken } = openStreams();
  const lines = { stdout: [] as string[], stderr: [] as string[] };
  let room = Promise.withResolvers<void>();
  const reading = readLines(streams, {
    logRate: Infinity,
    onLine(stream, { text }) {
      lines[stream].push(text);
      return stream === "stdout" ? room.promise : undefined;
    },
  });
  write("stdout", "a\nb\n");
  await eventually("the first line", () => lines.stdout.length === 1);
  write("stdout", "c\n");
  const takenBefore = taken.stdout;
  for (const count of [1, 2, 3]) {
    write("stderr", "other\n");
    await eventually("a line of the other stream", () => lines.stderr.length === count);
  }
  deepEqual([lines.stdout, taken.stdout], [["a"], takenBefore]);
  const before = room;
  room = Promise.withResolvers();
  before.resolve();
  await eventually("the second line", () => lines.stdout.length === 2);
  end();
  // The process has exited: nobody waits any more.
  await within(reading.finish(REST), "the end");
  deepEqual(lines.stdout, ["a", "b", "c"]);
});

Deno.test("readLines() with a limit waits for no receiver after the first second", async () => {
  const { streams, write, end } = openStreams();
  const lines: string[] = [];
  let nowMs = 0;
  const reading = readLines(streams, {
    logRate: 100,
    onLine(_, { text }) {
      lines.push(text);
      return new Promise(() => {});
    },
    now: () => nowMs,
  });
  write("stdout", "a\nb\nc\n");
  await eventually("the first line", () => lines.length === 1);
  nowMs = 1_000;
  await eventually("all lines", () => lines.length === 3);
  end();
  await within(reading.finish(REST), "the end");
});

Deno.test("readLines() ends when a process that keeps a stream open says nothing, or too much", async () => {
  for (const [isLoud, least] of [[false, 1], [true, 2]] as const) {
    const { streams, write } = openStreams();
    const { lines, onLine } = openCollector();
    const reading = readLines(streams, { logRate: 10, onLine });
    write("stdout", "a\n");
    const timer = setInterval(() => {
      if (isLoud) write("stdout", `${"x".repeat(10_000)}\n`);
    }, 1);
    try {
      await within(reading.finish({ idleMs: 50, maxBytes: 100_000 }), "the end");
    } finally {
      clearInterval(timer);
    }
    ok(lines.length >= least);
  }
});
