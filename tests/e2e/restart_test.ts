import assert from "node:assert/strict";
import { join } from "node:path";
import { connectControl } from "../../lib/control/control_client.ts";
import { deriveOwnerId, tagsFor } from "../../lib/owner/owner_id.ts";
import {
  answering,
  eventually,
  gateOf,
  host,
  type Server,
  startServer,
} from "./support/harness.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";
import { openSockets, talking } from "./support/open_sockets.ts";
import { startRestartLoad } from "./support/restart_load.ts";

/** A function whose second start waits for the gate. */
const LATE = `const data = Deno.env.get("DDSRV_DATA");
const exists = (name: string) => {
  try { return Deno.statSync(data + "/" + name).isFile; } catch { return false; }
};
while (exists("ran") && !exists("gate")) await new Promise((go) => setTimeout(go, 20));
Deno.writeTextFileSync(data + "/ran", "");
Deno.serve(() => new Response("slow"));
`;

const app = { "app/index.ts": answering("app") };

async function currentPid(server: Server): Promise<number> {
  using control = connectControl(server.socket);
  return (await control.supervisor()).pid;
}

/** Returns what supervisors of this functions directory have in the kernel, under both tags. */
async function kernelObjects(server: Server): Promise<string[]> {
  const tags = tagsFor(deriveOwnerId(server.functions));
  const texts = await Promise.all([
    host("ip", "netns", "list"),
    host("ip", "-o", "link"),
    host("nft", "list", "tables"),
  ]);
  return texts.flatMap((text) => text.split("\n"))
    .filter((line) => tags.some((tag) => line.includes(tag)));
}

Deno.test("restart: a new process serves, and no request of many clients fails", async () => {
  await using server = await startServer({ files: app });
  await server.answers("/app", "app");
  const load = startRestartLoad(server, { path: "/app", kept: 16, fresh: 4 });
  await load.answers(100);
  for (let round = 1; round <= 2; round++) {
    const before = await currentPid(server);
    const { code, stdout, stderr } = await server.cli("restart");
    assert.equal(code, 0, stderr + server.output());
    const [, pid] = /^ddsrv \S+ serves \(pid (\d+)\)\n$/.exec(stdout)!;
    assert.notEqual(Number(pid), before);
    assert.equal(await currentPid(server), Number(pid));
    await load.answers(500);
  }
  const { requests, failures } = await load.stop();
  assert.deepEqual(failures, [], `of ${requests} requests`);
  assert.equal((await server.cli("reload", "app")).code, 0);
});

Deno.test("restart: the present process serves on if the new one can't start", async () => {
  await using server = await startServer({ files: app });
  await server.answers("/app", "app");
  await Deno.writeTextFile(join(server.functions, "ddsrv.json"), '{ "port": "nonsense" }');
  const { code, stderr } = await server.cli("restart");
  assert.equal(code, 1);
  assert.match(stderr, /ddsrv\.json[^]*This ddsrv serves on, unchanged/);
  await Deno.remove(join(server.functions, "ddsrv.json"));
  assert.equal(await currentPid(server), server.pid);
  await server.write({ "app/index.ts": answering("changed") });
  await server.answers("/app", "changed");
});

Deno.test("restart: the present process serves on if a function would be lost", async () => {
  await using server = await startServer({
    files: {
      ...app,
      "once/index.ts": `const kv = await Deno.openKv();
if ((await kv.get(["ran"])).value) throw new Error("only once");
await kv.set(["ran"], true);
${answering("once")}`,
    },
  });
  await server.answers("/app", "app");
  await server.answers("/once", "once");
  const { code, stderr } = await server.cli("restart");
  assert.equal(code, 1);
  assert.match(stderr, /"once" serves now, and would not after the restart/);
  await server.answers("/once", "once");
  assert.equal(await currentPid(server), server.pid);
  await eventually(
    "one process's objects are left",
    async () =>
      (await kernelObjects(server)).every((line) => line.includes(deriveOwnerId(server.functions))),
  );
});

Deno.test("restart: SIGUSR2 restarts, a WebSocket stays open, and a stop leaves nothing", async () => {
  const server = await startServer({
    files: { "app/index.ts": talking("app") },
    flags: ["--drain", "10m"],
  });
  await server.answers("/app", "app");
  {
    await using sockets = await openSockets(server, "app", 4);
    server.signal("SIGUSR2");
    await server.said("Replaced by ddsrv");
    await server.answers("/app", "app");
    await sockets.assertOpen();
  }
  const pid = await currentPid(server);
  assert.notEqual(pid, server.pid);
  await server[Symbol.asyncDispose]();
  assert.deepEqual(await kernelObjects(server), []);
});

Deno.test("restart: the new process takes over if the present one is killed", async () => {
  const server = await startServer({
    files: {
      "slow/index.ts": LATE,
    },
  });
  await server.answers("/slow", "slow");
  server.signal("SIGUSR2");
  await server.said("Restarting");
  await server.said("slow starting", server.output().indexOf("Restarting"));
  server.signal("SIGKILL");
  await eventually(
    "the new process has the control socket",
    async () => await currentPid(server).catch(() => server.pid) !== server.pid,
  );
  await Deno.writeTextFile(await gateOf(server.socket, "slow"), "");
  await server.answers("/slow", "slow");
  const pid = await currentPid(server);
  assert.notEqual(pid, server.pid);
  await eventually(
    "nothing of the killed process is left",
    async () =>
      !(await kernelObjects(server)).some((line) => line.includes(deriveOwnerId(server.functions))),
  );
  Deno.kill(pid, "SIGTERM");
  await server[Symbol.asyncDispose]();
  assert.deepEqual(await kernelObjects(server), []);
});

Deno.test("restart: schedules run each tick once, and a run that goes on is finished", async () => {
  await using server = await startServer({
    files: {
      "job/index.ts": `Deno.serve(async (request) => {
  if (request.headers.get("upgrade") === null && new URL(request.url).pathname === "/long") {
    const gate = Deno.env.get("DDSRV_DATA") + "/gate";
    for (;;) {
      try { Deno.statSync(gate); break; } catch { await new Promise((go) => setTimeout(go, 20)); }
    }
  }
  return new Response("job");
});
`,
      "job/ddsrv.json": JSON.stringify({
        schedules: [{ name: "long", cron: "0 0 1 1 *", path: "/long" }],
      }),
    },
  });
  await server.answers("/job", "job");
  await eventually("the schedule is known", async () => {
    using control = connectControl(server.socket);
    return (await control.schedules()).length === 1;
  });
  const run = connectControl(server.socket);
  const running = run.runSchedule("job", "long");
  await eventually("it runs", async () => {
    using control = connectControl(server.socket);
    return (await control.schedules())[0]?.runningSince !== null;
  });
  const gate = await gateOf(server.socket, "job");
  assert.equal((await server.cli("restart")).code, 0, server.output());
  await Deno.writeTextFile(gate, "");
  assert.equal((await running)?.result, "ok");
  run[Symbol.dispose]();
  await eventually("the new process knows the run", async () => {
    using control = connectControl(server.socket);
    const [schedule] = await control.schedules();
    return schedule?.last?.result === "ok" && schedule.runs.interrupted === 0;
  });
});

Deno.test("restart: changes are refused meanwhile, and the new process finds those of folders", async () => {
  await using server = await startServer({
    files: {
      ...app,
      "slow/index.ts": LATE,
    },
  });
  await server.answers("/app", "app");
  await server.answers("/slow", "slow");
  const restarting = server.cli("restart");
  await server.said("Restarting");
  const { code, stderr } = await server.cli("reload", "app");
  assert.equal(code, 1);
  assert.match(stderr, /A restart of ddsrv is going on/);
  await server.write({ "app/index.ts": answering("changed") });
  await Deno.writeTextFile(await gateOf(server.socket, "slow"), "");
  assert.equal((await restarting).code, 0, server.output());
  await server.answers("/app", "changed");
});

Deno.test("restart: the present process serves on if the new one is killed or too slow", async () => {
  await using server = await startServer({
    files: {
      "slow/index.ts": LATE,
    },
  });
  await server.answers("/slow", "slow");
  const restarting = server.cli("restart");
  let successor = 0;
  await eventually("the new process runs", async () => {
    const children = await host("pgrep", "-P", String(server.pid), "-f", "main.ts serve");
    successor = Number(children.trim().split("\n")[0]);
    return successor > 0;
  });
  await server.said("slow starting", server.output().indexOf("Restarting"));
  Deno.kill(successor, "SIGKILL");
  const { code, stderr } = await restarting;
  assert.equal(code, 1);
  assert.match(stderr, /exited with code 137[^]*This ddsrv serves on, unchanged/);
  await server.answers("/slow", "slow");
  const late = await server.cli("restart", "--timeout", "1s");
  assert.equal(late.code, 1);
  assert.match(late.stderr, /not ready after 1 s\. This ddsrv serves on/);
  assert.equal(await currentPid(server), server.pid);
  await server.answers("/slow", "slow");
});

Deno.test("restart: works without isolation", async () => {
  await using server = await startServer({ files: app, flags: ["--isolation=none"] });
  await assertRestarts(server);
});

Deno.test("restart: works without root", async () => {
  await using user = await ordinaryUser();
  const { directory, command, env } = user;
  const flags = ["--isolation=rootless"];
  await using server = await startServer({ directory, command, env, files: app, flags });
  await assertRestarts(server);
});

async function assertRestarts(server: Server): Promise<void> {
  await server.answers("/app", "app");
  const load = startRestartLoad(server, { path: "/app", kept: 4, fresh: 2 });
  await load.answers(20);
  assert.equal((await server.cli("restart")).code, 0, server.output());
  await load.answers(100);
  const { requests, failures } = await load.stop();
  assert.deepEqual(failures, [], `of ${requests} requests`);
}
