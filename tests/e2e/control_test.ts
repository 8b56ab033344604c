import assert from "node:assert/strict";
import { z } from "zod";
import { apiShapes, type ShapeName } from "../../lib/control/api_schema.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { ROUTES } from "../../lib/control/api_routes.ts";
import { answering, eventually, type Server, startServer } from "./support/harness.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";

const app = { "app/index.ts": answering("app") };

/** An answer to curl, without fields that change. */
interface Got {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: unknown;
}

Deno.test("control API answers and errors match their schemas", async () => {
  await using server = await startServer({
    files: { ...app, "wrong/ddsrv.json": "{", "wrong/index.ts": "", "empty/readme.txt": "" },
  });
  await server.answers("/app", "app");
  const left = new Set(ROUTES.map((one) => one.operation));
  const table: readonly (readonly [string, string[], number, ...string[]])[] = [
    ["getSupervisor", ["/v1"], 200],
    ["listFunctions", ["/v1/functions"], 200],
    ["getFunction", ["/v1/functions/app?until=settled&timeoutMs=1000"], 200],
    ["getFunction", ["/v1/functions/wrong?until=settled"], 200],
    ["getFunction", ["/v1/functions/empty"], 200],
    ["getFunction", ["/v1/functions/nobody?until=gone"], 404],
    ["getFunction", ["/v1/functions/app?until=soon"], 400],
    ["getFunction", ["/v1/functions/app?timeoutMs=600001"], 400],
    ["reloadFunction", ["-XPOST", "/v1/functions/app/reload"], 204],
    ["reloadFunction", ["-XPOST", "/v1/functions/nobody/reload"], 404],
    ["stopFunction", ["-d", '{"page":""}', "/v1/functions/app/stop"], 400],
    ["stopFunction", ["-d", '{"page":7}', "/v1/functions/app/stop"], 400],
    ["stopFunction", ["-XPOST", "/v1/functions/app/stop"], 400],
    ["stopFunction", ["-d", "{}", "/v1/functions/..%2Fapp/stop"], 404],
    ["stopFunction", ["-d", "{}", "/v1/functions/app/stop"], 204],
    ["getFunction", ["/v1/functions/app?until=settled"], 200],
    ["reloadFunction", ["-XPOST", "/v1/functions/app/reload"], 409],
    ["startFunction", ["-XPOST", "/v1/functions/nobody/start"], 404],
    ["startFunction", ["-XPOST", "/v1/functions/app/start"], 204],
    ["rollBackFunction", ["-XPOST", "/v1/functions/nobody/rollback"], 404],
    ["rollBackFunction", ["-XPOST", "/v1/functions/app/rollback?to=0000"], 409],
    ["rollBackFunction", ["-XPOST", "/v1/functions/app/rollback?to=x"], 400],
    ["listChanges", ["/v1/functions/app/history?limit=2"], 200],
    ["listChanges", ["/v1/functions/nobody/history"], 404],
    ["listChanges", ["/v1/functions/..%2Fapp/history"], 404],
    ["listChanges", ["/v1/functions/app/history?limit=0"], 400],
    ["diffRevisions", ["/v1/functions/app/diff?from=0000"], 409],
    ["diffRevisions", ["/v1/functions/nobody/diff?from=0000"], 404],
    ["diffRevisions", ["/v1/functions/app/diff?from=.."], 400],
    ["diffRevisions", ["/v1/functions/app/diff"], 400],
    ["announceChange", ["-d", '{"by":"add"}', "/v1/functions/app/announce"], 204],
    ["announceChange", ["-d", '{"by":"add"}', "/v1/functions/..%2Fapp/announce"], 404],
    ["announceChange", ["-d", '{"by":"edit"}', "/v1/functions/app/announce"], 400],
    ["announceChange", ["-d", '{"by":"git","commit":"main"}', "/v1/functions/app/announce"], 400],
    ["restart", ["-XPOST", "/v1/restart?timeoutMs=0"], 400],
    ["restart", ["-XPOST", "/v1/restart?timeoutMs=1"], 409],
    ["setExpiry", ["-d", '{"expiresAt":null}', "/v1/functions/app/expiry"], 200],
    ["setExpiry", ["-d", '{"expiresAt":null}', "/v1/functions/..%2Fapp/expiry"], 404],
    ["logIn", ["-XPOST", "/v1/login"], 409],
    ["purgeFunction", ["-XPOST", "/v1/functions/nobody/purge"], 204],
    ["purgeFunction", ["-XPOST", "/v1/functions/..%2Fapp/purge"], 404],
    ["purgeFunction", ["-XPOST", "/v1/functions/%2E%2E/purge"], 404],
    ["changeVariables", ["-d", '{"set":{"A":"1"}}', "/v1/functions/app/variables"], 200],
    ["changeVariables", ["-d", '{"set":{"A=":"1"}}', "/v1/functions/app/variables"], 400],
    ["changeVariables", ["-d", '{"set":{"A":1}}', "/v1/functions/app/variables"], 400],
    ["changeVariables", ["-d", '{"unset":["A\\n"]}', "/v1/functions/app/variables"], 400],
    [
      "changeVariables",
      ["-d", '{"set":{"A":""},"unset":["A"]}', "/v1/functions/app/variables"],
      400,
    ],
    ["changeVariables", ["-d", '{"set":{"A":"1"}}', "/v1/functions/..%2Fapp/variables"], 404],
    ["listSettings", ["/v1/functions/app/settings"], 200],
    ["listSettings", ["/v1/functions/nobody/settings"], 404],
    ["listSettings", ["/v1/functions/wrong/settings"], 409],
    ["listVariables", ["/v1/functions/app/variables"], 200],
    ["listVariables", ["/v1/functions/nobody/variables"], 404],
    ["listVariables", ["/v1/functions/..%2Fapp/variables"], 404],
    ["listVariables", ["/v1/functions/wrong/variables"], 409],
    [
      "undoVariables",
      ["-XPOST", `/v1/functions/app/variables/undo?change=${crypto.randomUUID()}`],
      404,
    ],
    ["undoVariables", ["-XPOST", "/v1/functions/app/variables/undo"], 400],
    ["listTraffic", ["/v1/traffic"], 200],
    ["listSchedules", ["/v1/schedules"], 200],
    ["runSchedule", ["-XPOST", "/v1/functions/app/run?schedule=none"], 404],
    ["runSchedule", ["-XPOST", "/v1/functions/app/run"], 400],
    ["scan", ["-XPOST", "/v1/scan"], 204],
    ["check", ["-d", '{"name":"app","as":"app"}', "/v1/check"], 200],
    ["check", ["-d", '{"name":"wrong","as":"app"}', "/v1/check"], 200],
    ["check", ["-d", '{"name":"../app","as":"app"}', "/v1/check"], 400],
  ];
  for (const [operation, args, status] of table) {
    const got = await curl(server, ...args);
    const route = ROUTES.find((route) => route.operation === operation)!;
    left.delete(operation);
    assert.equal(got.status, status, args.join(" "));
    if (status === 204) assert.equal(got.body, undefined);
    else shapeOf(status === 200 ? route.responseBody! : "ErrorReport").parse(got.body);
    if (status > 400) assert.ok(route.errors?.[status], `${operation} does not tell of ${status}`);
    assert.equal(got.headers.get("ddsrv-api"), "v1");
    const type = status === 204 ? undefined : "application/json";
    assert.equal(got.headers.get("content-type"), type);
  }
  assert.deepEqual([...left], []);
});

Deno.test("control API rolls back a revision and answers with the documented shape", async () => {
  await using server = await startServer({ files: app });
  await server.answers("/app", "app");
  const keeps = (count: number): Promise<void> =>
    eventually(`${count} are kept`, async () => {
      const { kept } = await server.inspect("app");
      return kept.length === count;
    });
  await keeps(1);
  await server.write({ "app/index.ts": answering("two") });
  await server.answers("/app", "two");
  await keeps(2);
  const got = await curl(server, "-XPOST", "/v1/functions/app/rollback");
  assert.equal(got.status, 200);
  apiShapes.RollbackReport.parse(got.body);
  await server.answers("/app", "app");
});

Deno.test("control API works with curl", async () => {
  await using server = await startServer();
  const head = await curl(server, "--head", "/v1");
  assert.deepEqual([head.status, head.body], [200, undefined]);
  assert.ok(Number(head.headers.get("content-length")) > 100);
  const wrong = await curl(server, "-XDELETE", "/v1/functions/app");
  assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, HEAD"]);
  assert.equal((await curl(server, "/v1/x")).status, 404);
  assert.equal((await curl(server, "/v2/functions")).status, 404);
  assert.equal((await curl(server, "-H", "Host: evil.example", "/v1")).status, 421);
  assert.equal((await curl(server, "-H", "Origin: http://localhost", "/v1")).status, 403);
  // A body with a declared length above the limit, one that exceeds it, and curl's wait before it.
  const huge = `${server.directory}/huge`;
  await Deno.writeTextFile(huge, "x".repeat(9_000_000));
  assert.equal((await curl(server, "-d", `@${huge}`, "/v1/check")).status, 413);
  assert.equal(
    (await curl(server, "-T", huge, "-XPOST", "-H", "Transfer-Encoding: chunked", "/v1/check"))
      .status,
    413,
  );
  const connects = await run([
    ...["-s", "-o", "/dev/null", "-o", "/dev/null", "-w", "%{num_connects}\n"],
    ...["--unix-socket", server.socket, "http://localhost/v1", "http://localhost/v1/functions"],
  ]);
  assert.equal(connects, "1\n0\n");
});

Deno.test("control API refuses other users, whatever the mode of the socket is", async () => {
  await using server = await startServer({ files: app });
  await using user = await ordinaryUser();
  await server.answers("/app", "app");
  await Deno.chmod(server.directory, 0o755);
  const command = [...user.command, "ls", "--socket", server.socket];
  const list = async (): Promise<{ code: number; stderr: string }> => {
    const { code, stderr } = await new Deno.Command(command[0]!, {
      args: command.slice(1),
      env: user.env,
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  };
  assert.deepEqual(await list(), {
    code: 1,
    stderr: `ddsrv: Only the owner of "${server.socket}" may open it. Run this command with sudo\n`,
  });
  await Deno.chmod(server.socket, 0o666);
  assert.deepEqual(await list(), {
    code: 1,
    stderr: "ddsrv: Only root and the supervisor's own user may use the control API\n",
  });
  const { pid } = await server.inspect("app");
  const as = ["setpriv", `--reuid=${user.uid}`, `--regid=${user.uid}`, "--clear-groups", "curl"];
  const reload = ["-XPOST", "/v1/functions/app/reload"];
  assert.equal((await curlAs(as, server, ...reload)).status, 403);
  assert.equal((await curlAs(as, server, "-d", "x".repeat(100_000), "/v1/check")).status, 403);
  assert.equal((await server.inspect("app")).pid, pid);
});

Deno.test("control API of an ordinary user's supervisor answers that user and root", async () => {
  await using user = await ordinaryUser();
  await using server = await startServer({
    command: user.command,
    env: user.env,
    directory: user.directory,
    flags: ["--isolation=none", "--egress=full"],
  });
  const as = ["setpriv", `--reuid=${user.uid}`, `--regid=${user.uid}`, "--clear-groups", "curl"];
  assert.equal((await curlAs(as, server, "/v1")).status, 200);
  assert.equal((await curl(server, "/v1")).status, 200);
  await Deno.chmod(server.socket, 0o666);
  const other = ["setpriv", "--reuid=54322", "--regid=54322", "--clear-groups", "curl"];
  assert.equal((await curlAs(other, server, "/v1")).status, 403);
});

Deno.test("control API handles a thousand waiting clients that disconnect at any time", async () => {
  await using server = await startServer({ files: app });
  await server.answers("/app", "app");
  const request = "GET /v1/functions/app?until=gone HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const waiting = await Promise.all(Array.from({ length: 1_000 }, async () => {
    const connection = await Deno.connect({ transport: "unix", path: server.socket });
    await connection.write(new TextEncoder().encode(request));
    return connection;
  }));
  // Slow clients at the same time: half a head, and an answer that is not read.
  const half = await Deno.connect({ transport: "unix", path: server.socket });
  await half.write(new TextEncoder().encode("GET /v1 HTTP/1.1\r\nHost: loc"));
  await server.write({ "app/index.ts": answering("two") });
  await server.answers("/app", "two");
  assert.equal((await server.cli("ls")).code, 0);
  for (const connection of waiting.splice(0, 500)) connection.close();
  await Deno.remove(`${server.functions}/app`, { recursive: true });
  const statuses = await Promise.all(waiting.map(async (connection) => {
    const buffer = new Uint8Array(4096);
    const length = await connection.read(buffer);
    connection.close();
    return new TextDecoder().decode(buffer.subarray(0, length ?? 0)).slice(9, 12);
  }));
  assert.deepEqual([...new Set(statuses)], ["404"]);
  half.close();
  const descriptors = async (): Promise<number> =>
    (await Array.fromAsync(Deno.readDir(`/proc/${server.pid}/fd`))).length;
  await eventually("it holds no connection any more", async () => await descriptors() < 200);
});

Deno.test("control API limits waits and ends them when the supervisor stops", async () => {
  await using server = await startServer({ files: app });
  await server.answers("/app", "app");
  using control = connectControl(server.socket);
  const report = await control.find("app", { until: "gone", timeoutMs: 50 });
  assert.equal(report?.status, "ready");
  const ended = control.find("app", { until: "gone", timeoutMs: 60_000 })
    .then((one) => `answered ${one?.status}`, (error: Error) => error.name);
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
  assert.match(await ended, /^(answered (undefined|draining)|NoSupervisorError)$/);
});

function shapeOf(name: string): z.ZodType {
  const shape = apiShapes[name.replace("[]", "") as ShapeName];
  return name.endsWith("[]") ? z.array(shape) : shape;
}

function curl(server: Server, ...args: string[]): Promise<Got> {
  return curlAs(["curl"], server, ...args);
}

async function curlAs(command: readonly string[], server: Server, ...args: string[]): Promise<Got> {
  const path = args.pop()!;
  const text = await run([
    ...["-s", "-i", "--unix-socket", server.socket, ...args],
    `http://localhost${path}`,
  ], command);
  const final = text.replace(/^(?:HTTP\/1\.1 100 [^]*?\r\n\r\n)+/, "");
  const end = final.indexOf("\r\n\r\n");
  const [line = "", ...fields] = final.slice(0, end).split("\r\n");
  const body = final.slice(end + 4);
  return {
    status: Number(line.split(" ")[1]),
    headers: new Map(fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    })),
    body: body === "" ? undefined : JSON.parse(body),
  };
}

async function run(
  args: readonly string[],
  [program = "", ...first]: readonly string[] = ["curl"],
): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: [...first, ...args] }).output();
  return new TextDecoder().decode(stdout);
}
