import assert from "node:assert/strict";
import {
  type ActivityFiles,
  NO_ACTIVITY,
  openActivityFiles,
  type Stay,
  stayOf,
} from "../../lib/sandbox/activity.ts";
import { type CronTurn, WHOLE_TURN } from "../../lib/sandbox/cron_turn.ts";
import { PRELOAD_FILE } from "../../lib/sandbox/preload_file.ts";
import { hasLoaded } from "../../lib/sandbox/start_file.ts";
import { within } from "../patience.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const EXPORT = 'export default { fetch: () => new Response("exported") };\n';

/** Starts code with the preload module; the function prints the port of each of its servers. */
async function start(
  directory: TemporaryDirectory,
  { code, isAlone = false, isDebugged = false, report = "" }: {
    readonly code: string;
    readonly isAlone?: boolean;
    readonly isDebugged?: boolean;
    /** Code that runs before the preload module. */
    readonly report?: string;
  },
): Promise<Deno.ChildProcess & { readonly activity: ActivityFiles }> {
  // A free port; nothing else of this host's may use it before the process does.
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  const variables = { A: "1" };
  const place = { hostname: "127.0.0.1", port, isUnix: false };
  const content = { ...place, isAlone, isParked: false, usesNode: false, isDebugged, variables };
  await directory.write("start.json", JSON.stringify(content));
  const activity = await openActivityFiles(directory.at("activity"));
  await Deno.copyFile(PRELOAD_FILE, directory.at("preload.js"));
  // Reports every server, whoever starts it.
  await directory.write(
    "report.js",
    `const serve = Deno.serve;
    Deno.serve = (options, handler) => {
      const server = serve({ ...options, onListen() {} }, handler);
      console.log(server.addr.port === ${port} ? "export" : "own");
      return server;
    };
    ${report}`,
  );
  await directory.write("index.ts", code);
  free.close();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-lock", "--allow-all", "--unstable-cron", "--unstable-kv"],
      ...[`--preload=${directory.at("report.js")}`],
      ...[`--preload=${directory.at("preload.js")}`, directory.at("index.ts")],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  return Object.assign(child, { activity });
}

/** Returns the first line that a process prints; empty if it ends without. */
async function firstLine(child: Deno.ChildProcess): Promise<string> {
  const { value } = await child.stdout.getReader().read();
  return new TextDecoder().decode(value).trim();
}

const quick: readonly [what: string, code: string, expected: string][] = [
  ["serves an export of a module that does nothing else", EXPORT, "export"],
  [
    "does not serve an export beside a listener",
    `Deno.serve({ port: 0 }, () => new Response());
    ${EXPORT}`,
    "own",
  ],
  [
    "does not serve an export beside a listener that comes after the load",
    `
    setTimeout(() => Deno.serve({ port: 0 }, () => new Response()), 50);
    ${EXPORT}`,
    "own",
  ],
  ["does not keep a module without an export alive", "export default { other: 1 };", ""],
];

/** Returns the output of code that Deno runs without the preload module. */
async function runPlainly(code: string): Promise<string> {
  await using plain = await temporaryDirectory();
  await plain.write("index.ts", code);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--allow-all", "--unstable-cron", "--unstable-kv"]
      .concat(plain.at("index.ts")),
  }).output();
  return new TextDecoder().decode(stdout);
}

for (const [what, code, expected] of quick) {
  Deno.test(`preload.js ${what}`, async () => {
    await using directory = await temporaryDirectory();
    await using child = await start(directory, { code });
    assert.equal(await within(firstLine(child), "a line"), expected);
    if (expected !== "") child.kill("SIGKILL");
  });
}

Deno.test("preload.js serves an export of a module that is not done when a signal asks for it", async () => {
  await using directory = await temporaryDirectory();
  const code = `setTimeout(() => console.log("waits"), 50);
    setInterval(() => {}, 1000);
    ${EXPORT}`;
  await using child = await start(directory, { code });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).values();
  assert.deepEqual((await within(lines.next(), "the module's line")).value, "waits\n");
  assert.ok(hasLoaded(directory.at("start.json")));
  // The supervisor repeats the signal as well, which may come before its listener.
  const timer = setInterval(() => child.kill("SIGURG"), 20);
  try {
    assert.deepEqual((await within(lines.next(), "a server")).value, "export\n");
  } finally {
    clearInterval(timer);
  }
  child.kill("SIGKILL");
});

Deno.test("preload.js serves an export by itself where nobody watches its ports", async () => {
  await using directory = await temporaryDirectory();
  const code = `setInterval(() => {}, 1000);${EXPORT}`;
  await using child = await start(directory, { code, isAlone: true });
  assert.equal(await within(firstLine(child), "a line"), "export");
  child.kill("SIGKILL");
});

const stays: readonly [what: string, code: string, expected: Stay | undefined][] = [
  ["of a function that only answers requests", "", undefined],
  ["of a registered Deno.cron", 'Deno.cron("a", "0 0 1 1 *", () => {});', "Deno.cron"],
  [
    "of a Deno.cron that its signal has ended",
    `const over = new AbortController();
    const ended = Deno.cron("a", "0 0 1 1 *", { signal: over.signal }, () => {});
    over.abort();
    await ended;`,
    undefined,
  ],
  [
    "of a Deno.cron that was refused",
    'try { Deno.cron("a", "0 0", () => {}); } catch {}',
    undefined,
  ],
  [
    "of a queue with a listener",
    'const kv = await Deno.openKv(":memory:"); kv.listenQueue(() => {});',
    "listenQueue",
  ],
  [
    "of a queue that is closed",
    `const kv = await Deno.openKv(":memory:");
    const ended = kv.listenQueue(() => {});
    kv.close();
    await ended;`,
    undefined,
  ],
  ["of a queue without a listener", 'await (await Deno.openKv(":memory:")).enqueue(1);', undefined],
];

for (const [what, code, expected] of stays) {
  Deno.test(`preload.js shows the activity ${what}`, async () => {
    await using directory = await temporaryDirectory();
    await using child = await start(directory, {
      code: `${code}
      Deno.serve({ port: 0 }, () => new Response());`,
    });
    assert.equal(await within(firstLine(child), "a line"), "own");
    assert.equal(stayOf(child.activity.read()), expected);
    child.kill("SIGKILL");
    await child.status;
    assert.deepEqual(child.activity.read(), NO_ACTIVITY);
  });
}

Deno.test("preload.js leaves what code sees of Deno.cron and queues as it is", async () => {
  const code = `
    const { listenQueue } = Deno.Kv.prototype;
    const descriptors = [Deno, Deno.Kv.prototype].map((one) => Object.getOwnPropertyDescriptors(one));
    const flags = [descriptors[0].cron, descriptors[0].openKv, descriptors[1].listenQueue]
      .map(({ get, set, writable, enumerable, configurable }) =>
        [typeof get, typeof set, writable, enumerable, configurable]);
    const errors = [];
    for (const args of [[], ["a"], ["a!", "* * * * *", () => {}], ["a", "bad", () => {}], ["a", "* * * * *"],
      ["a", "* * * * *", () => {}, () => {}]]) {
      try { await Deno.cron(...args); } catch (error) { errors.push(String(error)); }
    }
    const kv = await Deno.openKv(":memory:");
    kv.close();
    await kv.listenQueue(() => {}).catch((error) => errors.push(String(error)));
    console.log(JSON.stringify([Deno.cron === Deno.cron, Deno.cron.name, Deno.cron.length,
      listenQueue.name, listenQueue.length, Object.keys(Deno), flags, errors]));
    Deno.exit();`;
  const plainOutput = await runPlainly(code);
  await using directory = await temporaryDirectory();
  await using child = await start(directory, { code });
  const [seen, expected] = [
    await within(firstLine(child), "a line"),
    plainOutput,
  ];
  assert.deepEqual(JSON.parse(seen), JSON.parse(expected));
});

Deno.test("preload.js shows work until it has settled, and logs its failure", async () => {
  await using directory = await temporaryDirectory();
  await using child = await start(directory, {
    code: `
    const work = Promise.withResolvers();
    console.log(EdgeRuntime.waitUntil(work.promise) === work.promise);
    EdgeRuntime.waitUntil(Promise.resolve(1));
    addEventListener("unhandledrejection", () => console.log("unhandled"));
    await Deno.stdin.read(new Uint8Array(1));
    console.error = (...args) => console.log(...args.map(String));
    work.reject(new Error("no disk"));
    setInterval(() => {}, 1000);`,
  });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).values();
  assert.equal((await within(lines.next(), "the same promise")).value, "true\n");
  assert.equal(child.activity.read().hasWork, true);
  const writer = child.stdin.getWriter();
  await writer.write(new Uint8Array(1));
  const { value } = await within(lines.next(), "the log");
  assert.equal(value, "Background work failed: Error: no disk\n");
  assert.equal(child.activity.read().hasWork, false);
  await writer.close();
  child.kill("SIGKILL");
});

Deno.test("preload.js shows EdgeRuntime only to modules of the function's own", async () => {
  await using directory = await temporaryDirectory();
  const reads = "export default globalThis.EdgeRuntime;\n";
  await directory.write("node_modules/a/index.js", reads);
  await directory.write("npm/registry.test/@a/b/1.2.3/index.js", reads);
  await directory.write("npm/own.js", reads);
  await using child = await start(directory, {
    code: `import a from "./node_modules/a/index.js";
    import b from "./npm/registry.test/@a/b/1.2.3/index.js";
    import own from "./npm/own.js";
    const before = Object.keys(globalThis).includes("EdgeRuntime");
    const seen = [typeof EdgeRuntime, typeof a, typeof b, typeof own, before];
    globalThis.EdgeRuntime = "own";
    console.log([...seen, EdgeRuntime].join());
    Deno.exit();`,
  });
  assert.equal(
    await within(firstLine(child), "a line"),
    "object,undefined,undefined,object,false,own",
  );
});

Deno.test("preload.js lets functions declare EdgeRuntime themselves", async () => {
  await using directory = await temporaryDirectory();
  const code =
    'const EdgeRuntime = { waitUntil: () => "own" }; console.log(EdgeRuntime.waitUntil());';
  await using child = await start(directory, { code });
  assert.equal(await within(firstLine(child), "a line"), "own");
});

const MINUTE_MS = 60_000;

const turns: readonly [
  what: string,
  turn: CronTurn | undefined,
  nowMs: number,
  expected: boolean,
][] = [
  ["before the instance serves", undefined, 0, false],
  ["of an instance that serves", WHOLE_TURN, 0, true],
  ["before its turn", { ...WHOLE_TURN, fromMs: MINUTE_MS }, 59_000, false],
  ["at its turn, a little early", { ...WHOLE_TURN, fromMs: MINUTE_MS }, 59_990, true],
  ["at its turn", { ...WHOLE_TURN, fromMs: MINUTE_MS }, 60_005, true],
  ["in its last minute, late", { ...WHOLE_TURN, untilMs: MINUTE_MS }, 58_000, true],
  ["after its turn, a little early", { ...WHOLE_TURN, untilMs: MINUTE_MS }, 59_990, false],
  ["after its turn", { ...WHOLE_TURN, untilMs: MINUTE_MS }, 60_000, false],
];

for (const [what, turn, nowMs, expected] of turns) {
  Deno.test(`preload.js ${expected ? "passes on" : "drops"} a tick ${what}`, async () => {
    await using directory = await temporaryDirectory();
    await using child = await start(directory, {
      report: `const cron = (_name, _schedule, handler) => {
        globalThis.tick = handler;
        return new Promise(() => {});
      };
      Object.defineProperty(Deno, "cron", { value: cron, configurable: true, writable: true });`,
      code: `let hasTicked = false;
      Deno.cron("a", "* * * * *", () => { hasTicked = true; });
      await Deno.stdin.read(new Uint8Array(1));
      Date.now = () => ${nowMs};
      await tick();
      console.log(hasTicked);
      Deno.exit();`,
    });
    if (turn !== undefined) child.activity.changeTurn(turn);
    const writer = child.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    assert.equal(await within(firstLine(child), "a line"), String(expected));
  });
}

for (const isDebugged of [false, true]) {
  const does = isDebugged ? "does not listen" : "listens";
  Deno.test(`preload.js ${does} to a queue if a person debugs: ${isDebugged}`, async () => {
    await using directory = await temporaryDirectory();
    await using child = await start(directory, {
      isDebugged,
      report: `Object.defineProperty(Deno.Kv.prototype, "listenQueue", {
        value: () => {
          console.log("listens");
          return new Promise(() => {});
        },
        configurable: true,
        writable: true,
      });`,
      code: `const kv = await Deno.openKv(":memory:");
      kv.listenQueue(() => {});
      console.log("goes on");
      Deno.exit();`,
    });
    const line = (await within(firstLine(child), "a line")).split("\n")[0];
    assert.equal(line, isDebugged ? "goes on" : "listens");
  });
}

const unloads: readonly [what: string, code: string, lines: string, code: number | string][] = [
  ["without a listener", "", "", "SIGTERM"],
  [
    "with a listener",
    `addEventListener("beforeunload", (event) => console.log(event.detail.reason));
    addEventListener("unload", () => console.log("unload"));`,
    "termination\nunload\n",
    143,
  ],
  [
    "with work that the event begins",
    `addEventListener("beforeunload", () => {
      EdgeRuntime.waitUntil(new Promise((resolve) => setTimeout(() => {
        console.log("saved");
        resolve();
      }, 50)));
    });`,
    "saved\n",
    143,
  ],
  [
    "with a signal listener of its own",
    `addEventListener("beforeunload", () => console.log("never"));
    Deno.addSignalListener("SIGTERM", () => Deno.exit(3));`,
    "",
    3,
  ],
  [
    "with a signal listener of Node.js",
    `addEventListener("beforeunload", () => console.log("never"));
    globalThis.process.on("SIGTERM", () => globalThis.process.exit(4));`,
    "",
    4,
  ],
  [
    "with a signal listener that is gone",
    `self.addEventListener("beforeunload", () => console.log("event"));
    const own = () => {};
    Deno.addSignalListener("SIGTERM", own);
    Deno.removeSignalListener("SIGTERM", own);`,
    "event\n",
    143,
  ],
];

for (const [what, code, lines, end] of unloads) {
  Deno.test(`preload.js stops a function ${what}`, async () => {
    await using directory = await temporaryDirectory();
    await using child = await start(directory, {
      code: `${code}
      setInterval(() => {}, 1_000);
      console.log("waits");
      ${EXPORT}`,
    });
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).values();
    assert.equal((await within(reader.next(), "the module's line")).value, "waits\n");
    child.kill("SIGTERM");
    const status = await within(child.status, "its end");
    assert.equal(status.signal ?? status.code, end);
    let output = "";
    for await (const text of reader) output += text;
    assert.equal(output, lines);
  });
}

Deno.test("preload.js leaves what code sees of listeners as it is", async () => {
  const code =
    `const listeners = [addEventListener, Deno.addSignalListener, Deno.removeSignalListener];
    const errors = [];
    for (const call of [() => addEventListener(), () => Deno.addSignalListener("SIGKILL", () => {})]) {
      try { call(); } catch (error) { errors.push(String(error)); }
    }
    const target = new EventTarget();
    globalThis.addEventListener.call(target, "a", () => errors.push("heard"));
    target.dispatchEvent(new Event("a"));
    console.log(JSON.stringify([listeners.map(({ name, length }) => [name, length]),
      Object.keys(globalThis), errors]));
    Deno.exit();`;
  const plainOutput = await runPlainly(code);
  await using directory = await temporaryDirectory();
  await using child = await start(directory, { code });
  const seen = await within(firstLine(child), "a line");
  assert.deepEqual(JSON.parse(seen), JSON.parse(plainOutput));
});
