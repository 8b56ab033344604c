import assert from "node:assert/strict";
import { join } from "node:path";
import { WORLD } from "../../world.ts";
import { answering, eventually, type Server } from "./harness.ts";

/** Behaviour on which users of the original rely, and a check of it. */
export type Row = readonly [what: string, holds: (server: Server) => Promise<void>];

/** A function that prints a line on each stream at its start, and answers with its variables. */
const VARIABLES = `console.log("out line"); console.error("err line");
Deno.serve(() => Response.json(Deno.env.toObject()));\n`;

/** The latest version of the original: its settings, and functions that show their effect. */
export const LATE = {
  env: {
    PORT: "0",
    SAVE_LOGS: "true",
    LOG_FORMAT: "docker",
    HEALTH_CHECK_ATTEMPTS: "5",
    CHECK_CODE: "false",
    QUIET: "true",
    WATCH_FILES: "true",
    SERVER_PORT: "7000",
    ENV_JSON: '{"FROM_JSON":"json","NUMBER":7}',
    ENV_FILE: "common.env",
    PUBLIC_DENO_SHOWN: "shown",
    SECRET_OF_THE_HOST: "hidden",
    BASE_PORT: "8001",
    MAX_PORT: "9000",
    DEBUG: "true",
  },
  files: {
    "common.env": "FROM_FILE=file\nFROM_JSON=file\n",
    "import_map.json": `{ "imports": {
      "text": "./_shared/common.ts",
      "https://deno.land/std@0.200.0/": "http://${WORLD.server}/std/" } }`,
    "_shared/common.ts": 'export default "common";\n',
    "app/index.ts": VARIABLES,
    "not-a-function/readme.txt": "",
    "unchecked/index.ts": `const wrong: number = "text";\n${answering("unchecked")}`,
    "several/index.ts": `const other = Deno.listen({ port: 7001 });
      Deno.serve({ port: 7000 }, () => new Response("first of " + other.addr.transport));\n`,
    "common-map/index.ts": 'import text from "text";\nDeno.serve(() => new Response(text));\n',
    "own-map/index.ts": 'import text from "text";\nDeno.serve(() => new Response(text));\n',
    "own-map/import_map.json": '{ "imports": { "text": "./own.ts" } }',
    "own-map/own.ts": 'export default "own";\n',
    "std/index.ts": `import { serve } from "https://deno.land/std@0.200.0/http/server.ts";
      serve(() => new Response("std"));\n`,
  },
} as const;

/** Rows for {@linkcode LATE}. */
export const LATE_ROWS: readonly Row[] = [
  ["FUNC_DIRECTORY, PORT: a folder with an index.ts is served by its name", async (server) => {
    assert.equal((await fetch(`${server.url}/app`)).status, 200);
    assert.equal(await ask(server, "/not-a-function"), "404 Function not found");
  }],
  ["std's serve(handler)", (server) => server.answers("/std", "std")],
  ["ENV_JSON, ENV_FILE, PUBLIC_DENO_X reach functions", async (server) => {
    const { FROM_FILE, FROM_JSON, NUMBER, SHOWN } = await variables(server);
    assert.deepEqual([FROM_FILE, FROM_JSON, NUMBER, SHOWN], ["file", "json", "7", "shown"]);
  }],
  ["not copied: functions inherit the supervisor's environment", async (server) => {
    const found = await variables(server);
    for (const name of ["SECRET_OF_THE_HOST", "PUBLIC_DENO_SHOWN", "ENV_JSON", "DDSRV_SOCKET"]) {
      assert.equal(found[name], undefined, name);
    }
  }],
  ["CHECK_CODE=false", (server) => server.answers("/unchecked", "unchecked")],
  ["SERVER_PORT is preferred of several", (server) => server.answers("/several", "first of tcp")],
  [
    "import_map.json of the functions directory",
    (server) => server.answers("/common-map", "common"),
  ],
  ["import_map.json of the function's own", (server) => server.answers("/own-map", "own")],
  ["LOGS_DIRECTORY, SAVE_LOGS, LOG_FORMAT=docker", async (server) => {
    const text = await logOf(server, "app", "out line");
    const line = text.split("\n").find((one) => one.includes("out line"))!;
    assert.match(line, /^\{"log":"out line\\n","stream":"stdout","time":"\d{4}-[\dT:.-]+Z"\}$/);
  }],
  ["QUIET: no line of a function on the console", async (server) => {
    await logOf(server, "app", "err line");
    assert.ok(!server.output().includes("[app]"), server.output());
  }],
  ["BASE_PORT, MAX_PORT are accepted; DEBUG says that they are unused", async (server) => {
    await server.said("Debug: BASE_PORT has no effect");
    await server.said("Debug: app: ready");
    assert.ok(!server.output().includes("Warning: BASE_PORT"));
  }],
  ["WATCH_FILES=true: a change is taken up", async (server) => {
    await server.write({ "unchecked/index.ts": answering("changed") });
    await server.answers("/unchecked", "changed");
  }],
];

/** Earlier versions: other names, code on port 8000, and the texts of HTTP answers. */
export const EARLY = {
  isChecked: true,
  env: {
    SERVICE_PORT: "0",
    ENABLE_LOGS: "true",
    SERVER_ENVIRONMENT: "{not json",
    DISABLE_HEALTH_CHECKS: "true",
    ENV_FILE: "missing.env",
  },
  files: {
    "app/index.ts": VARIABLES,
    "listens/index.ts": `let requests = 0;
      Deno.serve({ port: 8000 }, (request) => {
        const url = new URL(request.url);
        requests++;
        if (url.pathname === "/count") return new Response(String(requests));
        if (url.pathname === "/leave") return Response.redirect("http://elsewhere.test/", 302);
        if (url.pathname === "/ends") Deno.exit(3);
        return new Response(request.method + " " + url.pathname + url.search);
      });\n`,
    "wrong/index.ts": "const wrong: number = 'text';\n",
    "dies/index.ts": "Deno.exit(3);\n",
  },
} as const;

const CHECK = { "x-graphand-healthcheck": "true" };

/** Rows for {@linkcode EARLY}. */
export const EARLY_ROWS: readonly Row[] = [
  [
    "SERVER_ENVIRONMENT that is no JSON is said, and it goes on",
    (server) =>
      server.said("Unable to parse ENV_JSON env. This should be a stringified JSON object."),
  ],
  [
    "ENV_FILE that is missing is said, and it goes on",
    (server) => server.said('missing.env" does not exist, so functions get no variables from it'),
  ],
  ["code on port 8000; /name as /, the rest byte for byte", async (server) => {
    const sent = ["/listens", "/listens/", "/listens/a//b%2F?q=%20&&"];
    const seen = ["200 GET /", "200 GET /", "200 GET /a//b%2F?q=%20&&"];
    assert.deepEqual(await Promise.all(sent.map((path) => ask(server, path))), seen);
  }],
  [
    "unknown function: 404",
    async (server) => assert.equal(await ask(server, "/unknown/x"), "404 Function not found"),
  ],
  [
    "failed check: 500 with the diagnostics",
    async (server) =>
      assert.match(
        await ask(server, "/wrong"),
        /^500 The check failed\n[^]*TS2322[^]*index\.ts:1:7/,
      ),
  ],
  [
    "failed start: 500 with the reason",
    async (server) =>
      await eventually(
        "500",
        async () =>
          /^500 Exited with code 3 before listening on a port/.test(
            await ask(server, "/dies"),
          ),
      ),
  ],
  ["x-graphand-healthcheck: ready 200, unknown 404, failed 500", async (server) => {
    const count = async (): Promise<number> =>
      Number(await (await fetch(`${server.url}/listens/count`)).text());
    const before = await count();
    assert.equal(await ask(server, "/listens/any/path?x", CHECK), "200 OK");
    assert.equal(await count(), before + 1);
    assert.equal(await ask(server, "/unknown", CHECK), "404 Function not found");
    assert.match(await ask(server, "/wrong", CHECK), /^500 The check failed/);
    assert.notEqual(await ask(server, "/app", { "x-graphand-healthcheck": "no" }), "200 OK");
  }],
  ["x-graphand-healthcheck and requests wait while a function starts", async (server) => {
    await server.write({ "late/index.ts": answering("late") });
    await server.said("late checking");
    const asked = [ask(server, "/late", CHECK), ask(server, "/late")];
    assert.deepEqual(await Promise.all(asked), ["200 OK", "200 late"]);
  }],
  ["redirects pass through", async (server) => {
    const { status, headers, body } = await fetch(`${server.url}/listens/leave`, {
      redirect: "manual",
    });
    await body?.cancel();
    assert.deepEqual([status, headers.get("location")], [302, "http://elsewhere.test/"]);
  }],
  [
    "POST /<name>/reload reaches the function without --compat-reload",
    async (server) =>
      assert.equal(await ask(server, "/listens/reload", {}, "POST"), "200 POST /reload"),
  ],
  [
    "an answer that does not come: 502",
    async (server) =>
      assert.match(await ask(server, "/listens/ends"), /^502 Error forwarding request: /),
  ],
  ["ENABLE_LOGS: <name>.log, cri", async (server) => {
    const text = await logOf(server, "app", "err line");
    assert.match(text, /^\d{4}-\d\d-\d\dT[\d:.]+Z stdout F out line$/m);
    assert.match(text, /^\d{4}-\d\d-\d\dT[\d:.]+Z stderr F err line$/m);
  }],
  ["console: [name] text", (server) => server.said("[app] out line\n")],
];

/** Returns status and body of an answer. */
export async function ask(
  server: Server,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<string> {
  const response = await fetch(server.url + path, { headers, method, redirect: "manual" });
  return `${response.status} ${await response.text()}`;
}

/** Returns a function's log once it contains a text. */
export async function logOf(server: Server, name: string, part: string): Promise<string> {
  let text = "";
  await eventually(`"${part}" in the log of ${name}`, async () => {
    text = await Deno.readTextFile(join(server.logs, `${name}.log`)).catch(() => "");
    return text.includes(part);
  });
  return text;
}

async function variables(server: Server): Promise<Record<string, string>> {
  return await (await fetch(`${server.url}/app`)).json();
}
