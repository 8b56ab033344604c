import assert from "node:assert/strict";
import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import { patienceMs, thisMachine } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const START = `Start one with "ddsrv serve", or pass its socket with --socket`;
const OWN = { "ddsrv-api": "v1" };

/** Timeout for responses that arrive. */
const PATIENT_MS = patienceMs(thisMachine());

/** Returns the error of a call to a socket. */
async function failureAt(path: string, timeoutMs = PATIENT_MS): Promise<string> {
  using control = connectControl(path, { timeoutMs });
  const error = await control.functions().then(() => new Error("It was answered"), (one) => one);
  return `${error.name}: ${error.message}`;
}

Deno.test("connectControl() explains why there is no supervisor", async () => {
  await using directory = await temporaryDirectory();
  const [missing, stale, folder] = ["missing", "stale", "folder"].map(directory.at) as [
    string,
    string,
    string,
  ];
  await leaveSocket(stale);
  await Deno.mkdir(folder);
  const file = await directory.write("file");
  const long = directory.at("x".repeat(120));
  const table = [
    [
      missing,
      `NoSupervisorError: No supervisor is running: its socket "${missing}" does not exist. ` +
      START,
    ],
    [
      stale,
      `NoSupervisorError: No supervisor is running on "${stale}": the one that created it has exited. ` +
      START,
    ],
    [file, `Error: "${file}" is a file, not a socket. Pass the supervisor's socket with --socket`],
    [
      folder,
      `Error: "${folder}" is a directory, not a socket. Pass the supervisor's socket with --socket`,
    ],
    [
      long,
      `RangeError: The control socket path has ${long.length} bytes, more than the limit ` +
      `of 107: "${long}". Pass a shorter one with --socket`,
    ],
  ] as const;
  for (const [path, message] of table) assert.equal(await failureAt(path), message);
});

const otherServers: readonly (readonly [string, (path: string) => AsyncDisposable, string])[] = [
  ["something that is not HTTP", sayingOnly("SSH-2.0-x\r\n"), "is not a ddsrv supervisor"],
  ["something that disconnects", sayingOnly(""), "is not a ddsrv supervisor"],
  ["another server", serving(() => Response.json([])), "is not a ddsrv supervisor"],
  [
    "a server that redirects",
    serving(() => new Response(null, { status: 302, headers: { location: "http://localhost/" } })),
    "is not a ddsrv supervisor",
  ],
  [
    "another version",
    serving(() => Response.json({ error: "x" }, { status: 404, headers: { "ddsrv-api": "v2" } })),
    `uses version "v2" of the control API, which this ddsrv does not support`,
  ],
  [
    "an older supervisor",
    serving(() => Response.json({ error: "x" }, { status: 404, headers: OWN })),
    "does not know /v1/functions. Restart it",
  ],
  [
    "a response that is not JSON",
    serving(() => new Response("{", { headers: OWN })),
    "is not a ddsrv supervisor",
  ],
  ["a huge response", serving(() => new Response(endless(), { headers: OWN })), "is not a ddsrv"],
  [
    "another server with an endless response",
    serving(() => new Response(endless())),
    "is not a ddsrv supervisor",
  ],
];

for (const [what, open, message] of otherServers) {
  Deno.test(`connectControl() detects ${what}`, async () => {
    await using directory = await temporaryDirectory();
    const path = directory.at("s.sock");
    await using _server = open(path);
    const failure = await failureAt(path);
    assert.ok(failure.startsWith("Error: ") && failure.includes(message), failure);
    assert.ok(failure.includes(`"${path}"`), failure);
  });
}

Deno.test("connectControl() limits the time of a response and of its body", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("s.sock");
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using _server = serving(() => promise)(path);
  assert.equal(
    await failureAt(path, 300),
    `Error: The server on "${path}" accepted the request and did not answer within 0.3 s. Try ` +
      `again, or restart the supervisor`,
  );
  resolve(new Response());
  const body = new ReadableStream({ start: (one) => one.enqueue(new Uint8Array([91])) });
  await using other = await temporaryDirectory();
  await using _other = serving(() => new Response(body, { headers: OWN }))(other.at("s.sock"));
  assert.match(await failureAt(other.at("s.sock"), 300), /did not answer within 0\.3 s/);
});

Deno.test("connectControl() throws the error of a response, but not for 404", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("s.sock");
  let status = 500;
  await using _server = serving(() => Response.json({ error: "why" }, { status, headers: OWN }))(
    path,
  );
  using control: ControlClient = connectControl(path);
  await assert.rejects(control.functions(), { message: "why" });
  await assert.rejects(control.find("x"), { message: "why" });
  status = 404;
  assert.equal(await control.find("x"), undefined);
  assert.equal(await control.reload("x"), false);
  assert.equal(await control.rollBack("x"), undefined);
});

Deno.test("announce() is false where the server does not know it, or not this cause", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("s.sock");
  let status = 204;
  const bodies: unknown[] = [];
  await using _server = Deno.serve({ path, onListen: () => {} }, async (request) => {
    bodies.push([new URL(request.url).pathname, await request.json()]);
    return status === 204
      ? new Response(null, { status, headers: OWN })
      : Response.json({ error: "why" }, { status, headers: OWN });
  });
  using control: ControlClient = connectControl(path);
  const request = { by: "deploy", commit: "0123abc" } as const;
  assert.equal(await control.announce("a b", request), true);
  assert.deepEqual(bodies, [["/v1/functions/a%20b/announce", request]]);
  for (status of [404, 400]) assert.equal(await control.announce("a", request), false);
});

Deno.test("connectControl() imports nothing from npm, for fast commands", async () => {
  const client = new URL("../../lib/control/control_client.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", client] })
    .output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly modules: readonly { readonly kind: string; readonly specifier: string }[];
  };
  assert.ok(modules.length > 3);
  const loaded = modules.filter((one) => one.kind === "npm" || one.specifier.startsWith("npm:"));
  assert.deepEqual(loaded, []);
});

function serving(handler: () => Response | Promise<Response>): (path: string) => AsyncDisposable {
  return (path) => Deno.serve({ path, onListen: () => {} }, handler);
}

function sayingOnly(text: string): (path: string) => AsyncDisposable {
  return (path) => {
    const listener = Deno.listen({ transport: "unix", path });
    const serving = (async () => {
      for await (const connection of listener) {
        await connection.write(new TextEncoder().encode(text)).catch(() => {});
        connection.close();
      }
    })();
    return {
      async [Symbol.asyncDispose]() {
        listener.close();
        await serving.catch(() => {});
      },
    };
  };
}

function endless(): ReadableStream<Uint8Array> {
  const piece = new Uint8Array(1 << 20).fill(32);
  return new ReadableStream({ pull: (controller) => controller.enqueue(piece) });
}

async function leaveSocket(path: string): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path: `${path}~` });
  await Deno.rename(`${path}~`, path);
  listener.close();
}
