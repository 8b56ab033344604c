import assert from "node:assert/strict";
import { join } from "node:path";
import { WORLD } from "../world.ts";
import { longEnoughMs } from "../patience.ts";
import { eventually, runCli, type Server, startServer } from "./support/harness.ts";
import { type OrdinaryUser, ordinaryUser } from "./support/ordinary_user.ts";
import { PROBE, probe } from "./support/probe.ts";

const STYLES = {
  "served/index.ts": 'Deno.serve((request) => new Response("served " + request.url));\n',
  "exported/index.ts": 'export default { fetch: () => new Response("exported") };\n',
  "node/index.ts":
    'import http from "node:http";\nhttp.createServer((_, answer) => answer.end("node")).listen(5000);\n',
  "page/index.html": "page",
};

async function startRootless(
  user: OrdinaryUser,
  files: Readonly<Record<string, string>>,
): Promise<Server> {
  const { directory, command, env } = user;
  return await startServer({ directory, command, env, files, flags: ["--isolation=rootless"] });
}

async function processesOf(uid: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    const status = await Deno.readTextFile(`/proc/${name}/status`).catch(() => "");
    if (!status.includes(`\nUid:\t${uid}\t`)) continue;
    found.push(await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => ""));
  }
  return found.filter((line) => line !== "");
}

Deno.test("rootless: functions of an ordinary user serve, each in its own sandbox", async () => {
  await using user = await ordinaryUser();
  await using server = await startRootless(user, {
    ...STYLES,
    "probe/index.ts": PROBE,
    "probe/.env": "OWN=1\n",
    "self/index.ts": `Deno.serve({ port: 3000 }, async (request, info) =>
      new Response(request.url.endsWith("/inner") ? "inner" : [
        await (await fetch("http://localhost:3000/inner")).text(),
        JSON.stringify(info.remoteAddr),
      ].join(" ")));\n`,
    "two/index.ts": `Deno.serve({ port: 3000 }, () => new Response("first"));
      Deno.serve({ port: 9100 }, () => new Response("metrics"));\n`,
    "tasks/index.ts": `Deno.cron("a", "0 0 1 1 *", () => {});
      Deno.serve(() => new Response(Deno.readTextFileSync("/ddsrv/activity/turn").trim()));\n`,
    "tasks/ddsrv.json": '{ "idle": "1s" }',
    "raw/index.ts": "for await (const one of Deno.listen({ port: 5000 })) one.close();\n",
    "raw/ddsrv.json": JSON.stringify({ startTimeout: `${longEnoughMs(2)}ms` }),
  });
  const { host } = new URL(server.url);
  await server.answers("/served/a?b", `served http://${host}/a?b`);
  await server.answers("/exported", "exported");
  await server.answers("/node", "node");
  await server.answers("/page/", "page");
  await eventually(
    "a function calls itself",
    async () =>
      /^inner {"transport":"tcp","hostname":"127.0.0.1","port":\d+}$/.test(
        await (await fetch(`${server.url}/self`)).text(),
      ),
  );
  await server.answers("/two", "first");
  await server.said(
    "two: It listens on the ports 3000, 9100. With rootless isolation, ddsrv serves",
  );
  await server.answers("/tasks", "1 0 Infinity");
  assert.equal((await server.inspect("tasks")).awake, "Deno.cron");
  await server.said("probe ready");
  await server.said("Isolation: rootless");
  await server.said(
    "Rootless isolation: functions have no egress and no limits for CPU, processes and memory",
  );
  await server.said("raw failed: It listens on TCP port 5000");
  assert.equal((await server.inspect("probe")).isolation, "rootless");
  assert.match((await server.cli("ls")).stdout, /probe .* rootless/);

  // Positive control: the service that is refused below exists.
  const service = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const abstract = Deno.listen({ transport: "unix", path: "\0ddsrv-test" });
  await Deno.writeTextFile(join(user.directory, "secret"), "x");
  (await Deno.connect({ hostname: "127.0.0.1", port: service.addr.port })).close();
  const denied = [
    `connect|127.0.0.1 ${service.addr.port}`,
    `connect|198.51.100.2 ${service.addr.port}`,
    `connect|${WORLD.server} 80`,
    `connect|${WORLD.metadata} 80`,
    "fetch|http://server.test/",
    `connect-unix|${server.socket}`,
    "connect-unix|\0ddsrv-test",
    `read|${join(user.directory, "secret")}`,
    `list|${join(server.functions, "served")}`,
    `write|${join(server.functions, "probe/index.ts")}`,
    "read|/etc/shadow",
    "write|/etc/passwd",
    "write|/etc/hosts",
    "write|/new",
    "run|",
  ];
  for (const what of denied) assert.match(await probe(server, "probe", what), /^failed: /, what);
  service.close();
  abstract.close();
  assert.equal(await probe(server, "probe", "variable|OWN"), "1");
  assert.equal(await probe(server, "probe", "write|/tmp/own"), "written");
  assert.equal(await probe(server, "probe", "interfaces|"), "lo 127.0.0.1, lo ::1");
  assert.equal(await probe(server, "probe", "user"), "function true true ddsrv");
  const { pid } = await server.inspect("probe");
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  assert.match(status, /^CapEff:\t0+$/m);
  // Without a reaper, a process of the first milliseconds of a start may survive, see docs/security.md.
  await eventually("raw waits for its next start", async () => {
    const { status, nextTryAt } = await server.inspect("raw");
    return status === "backoff" && Date.parse(nextTryAt ?? "") > Date.now() + 500;
  });
  server.signal("SIGKILL");
  await server.exited;
  await eventually("no process is left", async () => (await processesOf(user.uid)).length === 0);
});

Deno.test("rootless: a function with too much data is stopped and can't start with it", async () => {
  await using user = await ordinaryUser();
  const growing = `const data = Deno.env.get("DDSRV_DATA")! + "/large";
    Deno.serve((request) => {
      if (request.method === "POST") Deno.writeFileSync(data, new Uint8Array(20 * 2 ** 20));
      return new Response("growing");
    });\n`;
  await using server = await startRootless(user, {
    "ddsrv.json": '{ "dataSize": "16MiB" }',
    "growing/index.ts": growing,
    "other/index.ts": PROBE,
  });
  await server.answers("/growing", "growing");
  await fetch(`${server.url}/growing`, { method: "POST" }).then((one) => one.text());
  await server.said("The function was stopped: its data is larger than dataSize allows");
  await server.said("It can't start: its data is larger than dataSize allows. Remove files in ");
  assert.equal(await probe(server, "other", "write|/ddsrv/data/x"), "written");
  const large = /Remove files in "([^"]+)"/.exec(server.output())![1]!;
  await Deno.remove(join(large, "large"));
  await server.answers("/growing", "growing");
});

Deno.test("rootless: a function with a blocked event loop is replaced, a slow one is not", async () => {
  await using user = await ordinaryUser();
  const hangs = (then: string): string =>
    `Deno.serve(async (request) => {
      if (new URL(request.url).pathname === "/hang") { ${then} }
      await null;
      return new Response("well");
    });\n`;
  const yields = `for (const end = Date.now() + 4_000; Date.now() < end;) {
    for (const turn = Date.now() + 20; Date.now() < turn;);
    await new Promise((resolve) => setTimeout(resolve));
  }`;
  await using server = await startRootless(user, {
    "ddsrv.json": '{ "hangTimeout": "2s", "check": false }',
    "held/index.ts": hangs("for (;;);"),
    "slow/index.ts": hangs(yields),
  });
  await server.answers("/held", "well");
  await server.answers("/slow", "well");
  const [held, slow] = await Promise.all([
    fetch(`${server.url}/held/hang`).then(({ status, body }) => body?.cancel().then(() => status)),
    fetch(`${server.url}/slow/hang`).then((response) => response.text()),
  ]);
  assert.deepEqual([held, slow], [502, "well"]);
  await server.answers("/held", "well");
  assert.deepEqual((await server.inspect("held")).restarts, 1);
  assert.deepEqual((await server.inspect("slow")).restarts, 0);
});

Deno.test("rootless: a function can't replace its socket with another one", async () => {
  await using user = await ordinaryUser();
  const target = `${user.directory}/other.sock`;
  // The environment tells a function where to listen.
  const own = 'Deno.env.get("DENO_SERVE_ADDRESS")!.replace("duplicate,unix:", "")';
  const redirect = `
    Deno.removeSync(${own});
    Deno.symlinkSync(${JSON.stringify(target)}, ${own});`;
  let isReached = false;
  const other = Deno.serve({ path: target, onListen() {} }, () => {
    isReached = true;
    return new Response("other");
  });
  await Deno.chmod(target, 0o777);
  await using server = await startRootless(user, {
    "ddsrv.json": '{ "permissions": "all" }',
    "later/index.ts": `Deno.serve((request) => {
      if (!request.url.endsWith("/turn")) return new Response("itself");
      ${redirect}
      return new Response("turned");
    });\n`,
    "at-once/index.ts": `
      Deno.symlinkSync(${JSON.stringify(target)}, ${own});
      setInterval(() => {}, 1000);\n`,
    "at-once/ddsrv.json": JSON.stringify({ startTimeout: `${longEnoughMs(2)}ms` }),
  });
  await server.answers("/later", "itself");
  await server.answers("/later/turn", "turned");
  for (let count = 0; count < 20; count++) {
    // On new and on persistent connections.
    const answers = await Promise.all(
      Array.from(
        { length: 8 },
        () => fetch(`${server.url}/later`).then((response) => response.text()),
      ),
    );
    for (const answer of answers) assert.equal(answer, "itself");
  }
  await server.said("at-once failed: Did not listen");
  assert.ok(!isReached);
  await other.shutdown();
});

Deno.test("rootless refuses to run as root, and full refuses to run without root", async () => {
  await using user = await ordinaryUser();
  const asRoot = await runCli(["serve", "/tmp", "--isolation=rootless"]);
  assert.equal(asRoot.code, 1);
  assert.match(
    asRoot.stderr,
    /^ddsrv: Rootless isolation needs an ordinary user, but ddsrv runs as root/,
  );
  const [program = "", ...args] = user.command;
  const output = await new Deno.Command(program, {
    args: [...args, "serve", "/tmp"],
    env: user.env,
  }).output();
  assert.equal(output.code, 1);
  assert.match(
    new TextDecoder().decode(output.stderr),
    /creates network namespaces, which needs root\. Run it with sudo, or choose --isolation=rootless/,
  );
});

Deno.test("none: only Deno's permissions apply, as list and the banner say", async () => {
  await using server = await startServer({
    flags: ["--isolation=none"],
    files: {
      ...STYLES,
      "probe/index.ts": PROBE,
      "probe/.env": "OWN=1\n",
      "shut/index.ts": PROBE,
      "shut/ddsrv.json": '{ "egress": "none" }',
      "_shared/mod.ts": "export const shared = 1;\n",
    },
  });
  for (const name of ["served", "node"]) await server.said(`${name} ready`);
  await server.answers("/exported", "exported");
  await server.answers("/node", "node");
  await server.answers("/page/", "page");
  await server.said("probe ready");
  await server.said("shut ready");
  await server.said(
    "--isolation=none is for development: only Deno's permissions isolate functions",
  );
  assert.equal((await server.inspect("probe")).isolation, "none");
  assert.equal(await probe(server, "probe", "variable|OWN"), "1");
  assert.match(
    await probe(server, "probe", `read|${server.functions}/_shared/mod.ts`),
    /^export/,
  );
  const denied = [
    "read|/etc/passwd",
    `list|${join(server.functions, "served")}`,
    `write|${join(server.functions, "probe/index.ts")}`,
    "write|/tmp/ddsrv-not-here",
    "run|",
  ];
  for (const what of denied) {
    assert.match(await probe(server, "probe", what), /^failed: NotCapable/, what);
  }
  assert.match(await probe(server, "shut", `connect|${WORLD.server} 80`), /^failed: NotCapable/);
  assert.equal(await probe(server, "probe", `connect|${WORLD.server} 80`), "connected");
  const { pid } = await server.inspect("probe");
  server.signal("SIGKILL");
  await server.exited;
  await eventually(
    "no function is left",
    async () => await Deno.stat(`/proc/${pid}`).then(() => false, () => true),
  );
});

Deno.test("none: data is kept, and a new revision takes over", async () => {
  await using server = await startServer({
    flags: ["--isolation=none"],
    files: {
      "app/index.ts": `
        const kv = await Deno.openKv();
        kv.listenQueue(() => {});
        Deno.serve(async () => {
          const count = ((await kv.get<number>(["count"])).value ?? 0) + 1;
          await kv.set(["count"], count);
          Deno.writeTextFileSync(Deno.env.get("DDSRV_DATA") + "/count", String(count));
          return new Response(String(count));
        });\n`,
    },
  });
  await server.answers("/app", "1");
  assert.equal((await server.inspect("app")).awake, "listenQueue");
  assert.equal((await server.cli("reload", "app")).code, 0);
  await server.answers("/app", "2");
  assert.equal((await server.cli("rm", "app")).code, 0);
});
