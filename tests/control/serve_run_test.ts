import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import type { FunctionProcess } from "../../lib/process/spawn.ts";
import {
  createFrameDecoder,
  encodeFrame,
  type Frame,
  type FrameType,
  SUPERVISOR_FRAMES,
} from "../../lib/control/run_frames.ts";
import { serveRun, type ServeRunOptions } from "../../lib/control/serve_run.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

type Run = ServeRunOptions["run"];

/** A client of a run, as bytes. */
interface Client {
  readonly send: (type: FrameType, content?: string | Uint8Array) => Promise<void>;
  /** Returns the next frame as `type text`; `undefined` at the end. */
  readonly next: () => Promise<string | undefined>;
  readonly close: () => void;
}

async function withClient(run: Run, use: (client: Client) => Promise<void>): Promise<void> {
  await using directory = await temporaryDirectory();
  const path = directory.at("socket");
  const serving: Promise<void>[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    socket.on("error", () => socket.destroy());
    serving.push(serveRun(socket, { head: new Uint8Array(), run }));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const connection = await Deno.connect({ transport: "unix", path });
  let isOpen = true;
  const close = (): void => {
    if (isOpen) connection.close();
    isOpen = false;
  };
  const decoder = createFrameDecoder(SUPERVISOR_FRAMES);
  const frames: Frame[] = [];
  const piece = new Uint8Array(64 * 1024);
  try {
    await use({
      async send(type, content = "") {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        const frame = encodeFrame(type, bytes);
        for (let at = 0; at < frame.length;) at += await connection.write(frame.subarray(at));
      },
      async next() {
        while (frames.length === 0) {
          const length = await connection.read(piece);
          if (length === null) return undefined;
          frames.push(...decoder.push(piece.subarray(0, length)));
        }
        const { type, bytes } = frames.shift()!;
        const text = type === "exit" || type === "started"
          ? String(bytes)
          : new TextDecoder().decode(bytes);
        return `${type} ${text}`;
      },
      close,
    });
  } finally {
    close();
    await Promise.all(serving);
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Returns a process whose input goes to `onInput`. */
function processWith(
  onInput: (bytes: Uint8Array) => Promise<void>,
  onEnd?: () => void,
): FunctionProcess {
  return {
    stdin: new WritableStream({ write: onInput, ...onEnd === undefined ? {} : { close: onEnd } }),
    ended: Promise.resolve({ code: 0, signal: undefined }),
    findPid: () => Promise.resolve(undefined),
    approach: () => Promise.resolve(),
    release: () => Promise.resolve(),
    terminate: () => Promise.resolve(),
    kill: () => Promise.resolve(),
  };
}

const BEGIN = JSON.stringify({ words: ["a.ts", "b"], env: { A: "1" } });

Deno.test("serveRun() passes input, output and the exit code", async () => {
  const done = Promise.withResolvers<void>();
  const seen: unknown[] = [];
  const run: Run = async ({ words, env, onBytes, onNote, onStarted }) => {
    seen.push(words, env);
    onStarted(
      processWith(async (bytes) => {
        await onBytes!("stderr", bytes);
      }, done.resolve),
      { hasTerminal: true },
    );
    await done.promise;
    onNote("a note");
    await onBytes!("stdout", new TextEncoder().encode("out"));
    return { code: 3, signal: undefined };
  };
  await withClient(run, async ({ send, next }) => {
    await send("begin", BEGIN);
    assert.equal(await next(), "started 1");
    await send("input", "in");
    assert.equal(await next(), "stderr in");
    assert.equal(await next(), "input-taken ");
    await send("input-end");
    const rest: (string | undefined)[] = [];
    for (let frame = await next(); frame !== undefined; frame = await next()) rest.push(frame);
    assert.deepEqual(rest, ["note a note", "stdout out", "exit 3"]);
  });
  assert.deepEqual(seen, [["a.ts", "b"], { A: "1" }]);
});

/** Frames of a client that break the rules, and the error. */
const BROKEN: readonly [frames: readonly [FrameType, string][], error: RegExp][] = [
  [[["input", "x"]], /"input" is out of order/],
  [[["begin", "{"]], /not JSON/],
  [[["begin", '{"words":[]}']], /not valid/],
  [[["begin", '{"words":["a\\u0000"],"env":{}}']], /contains NUL/],
  [[["begin", '{"words":[],"env":{"LD_PRELOAD":"x"}}']], /can't be set/],
  [
    [["begin", '{"words":[],"env":{},"terminal":{"columns":80,"rows":24,"term":"$(id)"}}']],
    /valid/,
  ],
  [[["begin", '{"words":[],"env":{},"terminal":{"columns":0,"rows":24,"term":"a"}}']], /valid/],
  [[["begin", '{"words":[],"env":{},"root":true}']], /valid/],
];

Deno.test("serveRun() refuses what breaks the rules, and starts nothing", async () => {
  for (const [frames, error] of BROKEN) {
    const run: Run = () => Promise.reject(new Error("It started"));
    await withClient(run, async ({ send, next }) => {
      for (const [type, content] of frames) await send(type, content);
      const answer = await next();
      assert.match(answer ?? "", /^error /);
      assert.match(answer ?? "", error);
      assert.equal(await next(), undefined);
    });
  }
});

Deno.test("serveRun() ends the run of a client that leaves, or sends a second input too early", async () => {
  for (const isLeaving of [true, false]) {
    const aborted = Promise.withResolvers<unknown>();
    const run: Run = async ({ onStarted }, signal) => {
      onStarted(processWith(() => new Promise(() => {})), { hasTerminal: false });
      signal.addEventListener("abort", () => aborted.resolve(signal.reason));
      await aborted.promise;
      throw signal.reason;
    };
    await withClient(run, async ({ send, next, close }) => {
      await send("begin", BEGIN);
      assert.equal(await next(), "started 0");
      await send("input", "x");
      if (isLeaving) close();
      else await send("input", "y");
      assert.match(String(await aborted.promise), isLeaving ? /disconnected/ : /not been taken/);
    });
  }
});

Deno.test("serveRun() makes the output wait for a client that does not read", async () => {
  const piece = new Uint8Array(8 * 1024 * 1024);
  let isWritten = false;
  const run: Run = async ({ onBytes, onStarted }) => {
    onStarted(processWith(() => Promise.resolve()), { hasTerminal: false });
    await onBytes!("stdout", piece);
    isWritten = true;
    return { code: 0, signal: undefined };
  };
  await withClient(run, async ({ send, next }) => {
    await send("begin", BEGIN);
    assert.equal(await next(), "started 0");
    assert.equal(isWritten, false);
    let length = 0;
    for (let frame = await next(); frame !== "exit 0"; frame = await next()) {
      length += frame!.length - "stdout ".length;
    }
    assert.equal(length, piece.length);
    assert.equal(isWritten, true);
  });
});
