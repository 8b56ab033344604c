import assert from "node:assert/strict";
import { DEBUG_FIELD } from "../../lib/proxy/http1/field_names.ts";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import { parseSocketTable } from "../../lib/process/socket_table.ts";
import { COMMAND, eventually, host, type Server, startServer } from "./support/harness.ts";
import { attach, type Debugger } from "./support/inspector_client.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";

/** Each instance has another id. */
const APP = `const id = crypto.randomUUID();
console.log("version one of " + id);
Deno.cron("tick", "* * * * *", () => console.log("ticked"));
Deno.serve((request) => {
  const names = [...request.headers.keys()].filter((name) => name.includes("ddsrv"));
  return new Response([id, names].join(" ").trim());
});
`;

/** Line of the handler, from 0. */
const HANDLER_LINE = 4;

const FILES = { "app/index.ts": APP };

/** A running `ddsrv debug`. */
interface Session {
  readonly child: Deno.ChildProcess;
  readonly output: () => string;
  /** Resolves when the output of both streams contains a text. */
  readonly said: (text: string) => Promise<void>;
  /** Port for debuggers, the secret and the process id of the instance, once it has started. */
  readonly facts: () => Promise<
    { readonly port: number; readonly secret: string; readonly pid: number }
  >;
}

function spawnDebug(server: Server, ...args: string[]): Session {
  const [program = "", ...first] = COMMAND;
  const child = new Deno.Command(program, {
    args: [...first, "debug", "--socket", server.socket, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    void (async () => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
    })();
  }
  const said = (text: string): Promise<void> =>
    eventually(`"${text}"`, () => output.includes(text), { now: () => output });
  return {
    child,
    output: () => output,
    said,
    async facts() {
      await said("Ctrl-C ends it");
      const [, pid, port, secret] =
        /\(pid (\d+)\)[^]*Attach: *127\.0\.0\.1:(\d+)[^]*x-ddsrv-debug: ([0-9a-f]{32})'/
          .exec(output)!;
      return { port: Number(port), secret: secret!, pid: Number(pid) };
    },
  };
}

async function get(server: Server, secret?: string): Promise<string> {
  const headers: Record<string, string> = secret === undefined ? {} : { [DEBUG_FIELD]: secret };
  return await (await fetch(`${server.url}/app`, { headers })).text();
}

/** Returns the status that the listener for debuggers answers to a request with some fields. */
async function statusOf(port: number, fields: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(`GET /json/list HTTP/1.1\r\n${fields}\r\n\r\n`));
  const { value = "" } = await connection.readable.pipeThrough(new TextDecoderStream()).getReader()
    .read();
  return value.split(" ")[1]!;
}

/** Returns the process ids of a server's sandboxes with an inspector. */
const debugged = ({ functions }: Server): Promise<string> =>
  host("pgrep", "-f", "--", `/ddsrv/inspector/ddsrv-${deriveOwnerId(functions)}-`);

Deno.test("debug attaches a debugger beside the instance that serves, and ends with its client", async () => {
  await using server = await startServer({ files: FILES });
  await server.said("app ready");
  const serving = await get(server);
  const session = spawnDebug(server, "app");
  const { port, secret, pid } = await session.facts();
  await session.said("answers requests that have the secret");

  // Nothing outside the network namespace of the instance reaches its inspector.
  const table = await Deno.readTextFile(`/proc/${pid}/net/tcp`);
  const inspector = parseSocketTable(table).filter((one) => one.port === 61_229);
  assert.deepEqual(inspector, [{ port: 61_229, scope: "loopback" }]);

  assert.notEqual(await debugged(server), "");

  // Requests: the field is for the proxy alone, and a wrong secret is none.
  const other = await get(server, secret);
  assert.notEqual(other, serving);
  assert.match(other, /^[0-9a-f-]{36}$/);
  assert.equal(await get(server), serving);
  assert.equal(
    await get(server, secret.replace(/^./, (digit) => digit === "0" ? "1" : "0")),
    serving,
  );

  // Web pages can't attach.
  const local = `Host: 127.0.0.1:${port}`;
  assert.equal(await statusOf(port, local), "200");
  assert.equal(await statusOf(port, "Host: attacker.example"), "421");
  assert.equal(await statusOf(port, `${local}\r\nOrigin: https://attacker.example`), "403");
  await session.said("Refused a connection to the debugger. A web page has sent this request");
  // Neither can other users of this machine.
  const stranger = ["setpriv", "--reuid=99999", "--regid=99999", "--clear-groups"] as const;
  const answered = await host(...stranger, "curl", "-s", `http://127.0.0.1:${port}/json/list`);
  assert.equal(answered, "Another user of this machine has sent this request\n");
  const version = await (await fetch(`http://127.0.0.1:${port}/json/version`)).json();
  assert.match(version.Browser, /^Deno\//);

  // A breakpoint stops the debug instance only.
  {
    using attached = await attach(port);
    const { result } = await attached.send("Runtime.evaluate", { expression: "6 * 7" });
    assert.equal(result.value, 42);
    const url = `file://${server.functions}/app/index.ts`;
    await attached.send("Debugger.setBreakpointByUrl", { url, lineNumber: HANDLER_LINE });
    const debugging = get(server, secret);
    // Lines are those of the code without types, which the source map leads back.
    assert.equal((await attached.paused()).replace(/:\d+$/, ""), url);
    assert.equal(await get(server), serving);
    await attached.send("Debugger.resume");
    assert.equal(await debugging, other);
  }

  // One session of a function at a time; its output is in the log, marked.
  const second = await server.cli("debug", "app");
  assert.deepEqual([second.code, second.stdout], [1, ""]);
  assert.match(second.stderr, /"app" has a debug session already/);
  await session.said(`version one of ${other}`);
  let logs = "";
  await eventually("the lines of both instances in the log", async () => {
    logs = (await server.cli("logs", "app")).stdout;
    return [serving, other].every((id) => logs.includes(`version one of ${id}`));
  }, { now: () => logs });
  assert.match(logs, /ddsrv: debug instance of revision [0-9a-f]{12} \(pid \d+\) starts/);
  assert.match(logs, new RegExp(`\\[debug\\] version one of ${other}`));
  assert.match(logs, new RegExp(`(?<!\\[debug\\] )version one of ${serving}`));

  // New code serves, and the session keeps its own.
  await server.write({ "app/index.ts": APP.replace("version one", "version two") });
  await session.said("Newer code serves now: revision ");
  assert.equal(await get(server, secret), other);

  // A client that is killed leaves nothing, even if the instance is paused.
  {
    using attached = await attach(port);
    await attached.send("Debugger.pause");
    const answered = fetch(`${server.url}/app`, { headers: { [DEBUG_FIELD]: secret } })
      .then((one) => one.text(), () => "");
    await attached.paused();
    session.child.kill("SIGKILL");
    await session.child.status;
    await answered;
  }
  await server.said(`(pid ${pid}) stopped`);
  assert.equal(await debugged(server), "");
  const latest = await get(server, secret);
  assert.ok(![serving, other].includes(latest));
  assert.equal(latest, await get(server));

  // --break waits for a debugger, which reaches the first line by one step.
  const breaking = spawnDebug(server, "app", "--break", "--port", String(port));
  const before = await breaking.facts();
  assert.match(breaking.output(), /and waits for a debugger/);
  const refused = await fetch(`${server.url}/app`, { headers: { [DEBUG_FIELD]: before.secret } });
  assert.equal(refused.status, 503);
  assert.match(await refused.text(), /does not listen yet/);
  {
    using attached = await attach(before.port);
    await attached.send("Runtime.runIfWaitingForDebugger");
    assert.match(await attached.paused(), /^file:\/\/\/ddsrv\/preload\.js:/);
    await attached.send("Debugger.stepOut");
    assert.equal(await attached.paused(), `file://${server.functions}/app/index.ts:0`);
    await attached.send("Debugger.resume");
    await breaking.said("answers requests that have the secret");
    assert.notEqual(await get(server, before.secret), latest);

    // The stop of the function ends it.
    assert.equal((await server.cli("stop", "app")).code, 0);
    assert.equal((await breaking.child.status).code, 1);
    await breaking.said("The function was stopped by hand");
    await attached.closed;
  }
  assert.match((await server.cli("debug", "app")).stderr, /"app" is stopped by hand/);
  assert.equal((await server.cli("start", "app")).code, 0);

  // So do its time, and the removal of the function.
  const short = spawnDebug(server, "app", "--for", "1s");
  assert.equal((await short.child.status).code, 0);
  await short.said("its time of 1 s is over");
  const removed = spawnDebug(server, "app");
  await removed.facts();
  assert.equal((await server.cli("rm", "--yes", "app")).code, 0);
  assert.equal((await removed.child.status).code, 1);
  await removed.said("was removed");
  assert.equal(await debugged(server), "");
});

/** Attaches a debugger to an instance beside the one that serves, and evaluates an expression in it. */
async function attachBeside(server: Server): Promise<{
  /** Answer of the instance that serves. */
  readonly serving: string;
  readonly session: Session;
  readonly secret: string;
  readonly attached: Debugger;
}> {
  const serving = await get(server);
  const session = spawnDebug(server, "app");
  const { port, secret } = await session.facts();
  await session.said("answers requests that have the secret");
  assert.notEqual(await get(server, secret), serving);
  const attached = await attach(port);
  assert.equal((await attached.send("Runtime.evaluate", { expression: "6 * 7" })).result.value, 42);
  return { serving, session, secret, attached };
}

Deno.test("debug works without isolation, and ends with an interrupt and with the supervisor", async () => {
  const files = {
    ...FILES,
    "page/index.html": "page",
    "broken/index.ts": "throw new Error('x');\n",
  };
  await using server = await startServer({ files, flags: ["--isolation=none"] });
  await server.said("app ready");
  const { serving, session, secret, attached } = await attachBeside(server);
  using _ = attached;
  session.child.kill("SIGINT");
  assert.equal((await session.child.status).code, 0);
  await attached.closed;
  assert.equal(await get(server, secret), serving);

  assert.match((await server.cli("debug", "page")).stderr, /a folder of static files/);
  assert.equal((await server.cli("debug", "nobody")).code, 4);
  const broken = await server.cli("debug", "broken");
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /Error: x/);

  const last = spawnDebug(server, "app");
  await last.facts();
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
  assert.equal((await last.child.status).code, 1);
});

Deno.test("debug works with rootless isolation", async () => {
  await using user = await ordinaryUser();
  const { directory, command, env } = user;
  const flags = ["--isolation=rootless"];
  await using server = await startServer({ directory, command, env, files: FILES, flags });
  await server.said("app ready");
  const { session, attached } = await attachBeside(server);
  using _ = attached;
  session.child.kill("SIGTERM");
  assert.equal((await session.child.status).code, 0);
  await attached.closed;
});
