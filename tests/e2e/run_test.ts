import assert from "node:assert/strict";
import {
  answering,
  type CliResult,
  COMMAND,
  eventually,
  host,
  MAIN,
  type Server,
  startServer,
} from "./support/harness.ts";
import { openTerminal, PROMPT } from "./support/pty.ts";

/** Prints what the process sees and may do, as one JSON text. */
const PROBE = `
import { kept } from "./shared.ts";
function attempt(act: () => unknown): string {
  try {
    act();
    return "allowed";
  } catch (error) {
    return (error as Error).name;
  }
}
console.log(JSON.stringify({
  args: Deno.args,
  kept,
  uid: Deno.uid(),
  variables: ["SECRET", "ONCE", "PORT", "LD_PRELOAD"].map((name) => Deno.env.get(name) ?? null),
  shadow: attempt(() => Deno.readTextFileSync("/etc/shadow")),
  source: attempt(() => Deno.writeTextFileSync(import.meta.dirname + "/new.ts", "")),
  program: attempt(() => new Deno.Command("/bin/sh").spawn()),
  root: attempt(() => [...Deno.readDirSync("/root")]),
}));
console.error("to stderr");
Deno.writeTextFileSync("/ddsrv/data/note", "from the run");
`;

const FILES: Readonly<Record<string, string>> = {
  "app/index.ts": `
Deno.serve(() => {
  const note = Deno.readTextFileSync("/ddsrv/data/note");
  return new Response([note, Deno.uid(), Deno.env.get("ONCE")].join(" "));
});
`,
  "app/ddsrv.json": '{ "env": { "SECRET": "kept" } }',
  "app/shared.ts": "export const kept = 1;\n",
  "app/probe.ts": PROBE,
  "app/deno.json": '{ "tasks": { "seed": "deno run -A exit.ts", "sh": "ls | wc" } }',
  "app/exit.ts": "Deno.exit(Number(Deno.args[0] ?? 5));\n",
  "app/wrong.ts": 'const text: number = "text";\nconsole.log(text);\n',
  "app/count.ts": `
let length = 0;
for await (const bytes of Deno.stdin.readable) length += bytes.length;
console.log(length);
`,
  "app/wait.ts": `
Deno.addSignalListener("SIGINT", () => {
  console.log("interrupted");
  Deno.exit(7);
});
Deno.addSignalListener("SIGTERM", () => {
  Deno.writeTextFileSync("/ddsrv/data/note", "ended");
  console.log("terminated");
  Deno.exit(0);
});
console.log("waits");
setInterval(() => {}, 1_000);
`,
  "app/ask.ts": `
const { columns, rows } = Deno.consoleSize();
console.log(Deno.stdin.isTerminal(), columns, rows, Deno.env.get("TERM"));
console.log("hello " + prompt("name?"));
`,
  "static/index.html": "<p>static</p>",
  "broken/index.ts": answering("broken"),
  "broken/ddsrv.json": '{ "memory": 1 }',
};

/** Command lines after `ddsrv run`, with their exit codes and messages. */
const REFUSED: readonly [args: readonly string[], code: number, message: RegExp][] = [
  [["app", "sh"], 1, /The task "sh" of deno\.json uses shell syntax/],
  [["app", "wrong.ts"], 1, /The check failed\nTS2322/],
  [["app", "../broken/index.ts"], 1, /not a path in the function's folder/],
  [["app", "none.ts"], 1, /has no file "none\.ts"/],
  [["static", "a.ts"], 1, /a folder of static files/],
  [["broken", "index.ts"], 1, /is not valid in "memory"/],
  [["nobody", "a.ts"], 4, /There is no function "nobody"/],
  [["--env", "LD_PRELOAD=/x", "app", "exit.ts"], 1, /"LD_PRELOAD" can't be set/],
];

/** A `ddsrv run` with pipes. */
interface PipedRun {
  readonly child: Deno.ChildProcess;
  /** Resolves when its standard output contains a text. */
  readonly said: (text: string) => Promise<void>;
  readonly output: () => string;
}

function spawnRun(server: Server, ...args: string[]): PipedRun {
  const [program = "", ...first] = COMMAND;
  const child = new Deno.Command(program, {
    args: [...first, "run", "--socket", server.socket, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) output += text;
  })();
  void reading;
  return {
    child,
    output: () => output,
    said: (text) =>
      eventually(`"${text}"`, () => Promise.resolve(output.includes(text)), { now: () => output }),
  };
}

/** Returns the process ids of runs by an argument of theirs. */
const processes = (marker: string): Promise<string> => host("pgrep", "-f", marker);

Deno.test("run executes files and tasks with the rights of the function, and ends with its client", async () => {
  await using server = await startServer({ files: FILES, isChecked: true });
  // ddsrv listens before it knows which functions there are.
  await server.said("Functions: ");
  const run = (...args: string[]): Promise<CliResult> => server.cli("run", ...args);

  const probe = await run("--env", "ONCE=1", "app", "probe.ts", "--", "a", "--b", "c d");
  assert.deepEqual([probe.code, probe.stderr], [0, "to stderr\n"]);
  const { uid, ...rest } = JSON.parse(probe.stdout);
  assert.deepEqual(rest, {
    args: ["a", "--b", "c d"],
    kept: 1,
    variables: ["kept", "1", rest.variables[2], null],
    shadow: "NotFound",
    source: rest.source,
    program: "NotCapable",
    root: "NotFound",
  });
  assert.notEqual(rest.source, "allowed");
  assert.notEqual(uid, 0);
  // The instance has the same user and data, and not the variable of the run.
  await server.answers("/app", `from the run ${uid} `);
  assert.equal((await run("app", "exit.ts", "3")).code, 3);
  assert.equal((await run("app", "seed")).code, 5);
  for (const [args, code, message] of REFUSED) {
    const said = await run(...args);
    assert.equal(said.code, code, args.join(" "));
    assert.match(said.stderr, message);
  }
  const late = await run("--timeout", "500ms", "app", "wait.ts");
  assert.deepEqual([late.code, late.stderr], [124, "ddsrv: The run took longer than 500 ms\n"]);

  const counting = spawnRun(server, "app", "count.ts");
  const writer = counting.child.stdin.getWriter();
  await writer.write(new Uint8Array(300_000));
  await writer.close();
  assert.equal((await counting.child.status).code, 0);
  await counting.said("300000");

  const interrupted = spawnRun(server, "app", "wait.ts");
  await interrupted.said("waits");
  interrupted.child.kill("SIGINT");
  assert.equal((await interrupted.child.status).code, 7);
  await interrupted.said("interrupted");
  await interrupted.child.stdin.close();

  const left = spawnRun(server, "app", "wait.ts");
  await left.said("waits");
  left.child.kill("SIGKILL");
  await left.child.status;
  await server.answers("/app", `ended ${uid} `);
  await left.child.stdin.close().catch(() => {});

  const marker = `marker-${crypto.randomUUID()}`;
  const removed = spawnRun(server, "app", "wait.ts", marker);
  await removed.said("waits");
  assert.equal((await server.cli("rm", "--yes", "app")).code, 0);
  assert.equal((await removed.child.status).code, 0);
  await removed.said("terminated");
  assert.equal(await processes(marker), "");
  await removed.child.stdin.close().catch(() => {});
});

Deno.test("run passes the terminal through, and ends with the supervisor", async () => {
  await using server = await startServer({ files: FILES });
  await using terminal = await openTerminal({
    columns: 90,
    rows: 30,
    env: { DDSRV_SOCKET: server.socket },
  });
  const type = (args: string): Promise<void> =>
    terminal.run(`clear; ${Deno.execPath()} run -qA ${MAIN} run ${args}; echo "code:$?"`);
  const shows = (text: string): Promise<string> =>
    terminal.shows(text, (screen) => screen.includes(text));

  await type("app ask.ts");
  await shows("true 90 30 tmux-256color\nname?");
  await terminal.run("Ann");
  await shows(`hello Ann\ncode:0\n${PROMPT}`);
  await type("app");
  await terminal.shows("the prompt of the REPL", (screen) => screen.trim() === ">");
  await terminal.run("6 * 7 + ' ' + Deno.uid()");
  await shows('"42 ');
  await terminal.run("close()");
  await shows(`code:0\n${PROMPT}`);
  await type("app wait.ts");
  await shows("waits");
  await terminal.press("C-c");
  await shows("interrupted\ncode:7");
  await terminal.run("clear; stty -a");
  assert.match(await shows("icanon"), /\sicanon\s[^]*\secho\s/);

  const marker = `marker-${crypto.randomUUID()}`;
  await type(`app wait.ts ${marker}`);
  await shows("waits");
  const piped = spawnRun(server, "app", "wait.ts", marker);
  await piped.said("waits");
  server.signal("SIGKILL");
  await server.exited;
  assert.equal((await piped.child.status).code, 1);
  await shows("code:1");
  await piped.child.stdin.close().catch(() => {});
  await eventually("the end of the runs", async () => await processes(marker) === "");
  // The next supervisor removes what is left in the kernel.
  await using next = await startServer({ directory: server.directory });
  await next.said("app ready");
});

/** A predeploy script that counts its runs, and then does what the code says. */
function predeploy(code: string): string {
  return `
const file = "/ddsrv/data/runs";
let runs = 0;
try { runs = Number(Deno.readTextFileSync(file)); } catch { /* It is the first run. */ }
Deno.writeTextFileSync(file, String(runs + 1));
console.log("migrates");
${code}
`;
}

/** Answers with a version, and the number of runs of the predeploy script. */
function versioned(version: string): string {
  return `Deno.serve(() => new Response("${version} " + Deno.readTextFileSync("/ddsrv/data/runs")));\n`;
}

Deno.test("predeploy runs once before a revision serves, and keeps the old one if it fails", async () => {
  const marker = `marker-${crypto.randomUUID()}`;
  const hanging = predeploy(
    `new Deno.Command("/bin/sh", { args: ["-c", "sleep 1000; : ${marker}"] }).spawn(); setInterval(() => {}, 1_000);`,
  );
  await using server = await startServer({
    files: {
      "ddsrv.json": '{ "functions": { "app": { "permissions": { "run": ["/bin/sh"] } } } }',
      "app/ddsrv.json": '{ "predeploy": "migrate.ts" }',
      "app/migrate.ts": predeploy(""),
      "app/index.ts": versioned("one"),
    },
  });
  await server.answers("/app", "one 1");
  assert.equal((await server.cli("reload", "app")).code, 0);
  await server.answers("/app", "one 1");

  // The script alone changes, and fails.
  await server.write({ "app/migrate.ts": predeploy('console.error("no table"); Deno.exit(4);') });
  await server.said("The predeploy script failed with exit code 4");
  await server.answers("/app", "one 2");
  assert.match((await server.inspect("app")).detail ?? "", /migrates[^]*no table/);

  // Newer code ends a script that hangs and forks, with all its processes.
  const from = server.output().length;
  await server.write({ "app/migrate.ts": hanging });
  await server.said("migrates", from);
  await eventually("the fork", async () => await processes(marker) !== "");
  await server.write({ "app/migrate.ts": predeploy(""), "app/index.ts": versioned("two") });
  await server.answers("/app", "two 4");
  assert.equal(await processes(marker), "");
});
