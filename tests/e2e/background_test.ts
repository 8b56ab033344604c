import assert from "node:assert/strict";
import {
  answering,
  count,
  eventually,
  makeDirectory,
  type Server,
  startServer,
} from "./support/harness.ts";

const TASKS = {
  // The check accepts both without a flag in a deno.json.
  "cron/index.ts": `Deno.cron("yearly", "0 0 1 1 *", () => console.log("happy new year"));
    ${answering("cron")}`,
  "queue/index.ts": `const kv = await Deno.openKv();
    kv.listenQueue((value) => console.log("got", value));
    Deno.serve(async (request) => {
      const value = new URL(request.url).search;
      await kv.enqueue(value, { delay: value === "?later" ? 3_000 : 0 });
      return new Response("queued");
    });\n`,
  "plain/index.ts": answering("plain"),
};

function startTasks(directory: string, files = {}): Promise<Server> {
  return startServer({ directory, isChecked: true, flags: ["--idle", "2s"], files });
}

/** Waits until an instance that had to stop for idleness has done so. */
async function seeIdle(server: Server): Promise<void> {
  const from = server.output().length;
  await server.answers("/plain", "plain");
  await server.said("plain idle until its next request", from);
}

Deno.test("functions with Deno.cron or a queue start without a request, stay, and start again", async () => {
  const directory = await makeDirectory();
  {
    await using server = await startTasks(directory, TASKS);
    await Promise.all(["cron", "queue"].map((name) => server.said(`${name} ready`)));
    for (let round = 0; round < 2; round++) await seeIdle(server);
    const reports = await Promise.all(["cron", "queue", "plain"].map(server.inspect));
    assert.deepEqual(
      reports.map(({ status, awake }) => [status, awake]),
      [["ready", "Deno.cron"], ["ready", "listenQueue"], ["idle", null]],
    );
    assert.match((await server.cli("inspect", "cron")).stdout, /Stays awake for: +Deno\.cron\n/);
    await server.answers("/queue?now", "queued");
    await server.said("got ?now");
    // Its process ends for another reason.
    Deno.kill(reports[0]!.pid!, "SIGKILL");
    await eventually("it has started again", async () => {
      const { restarts, status } = await server.inspect("cron");
      return restarts === 1 && status === "ready";
    }, { now: server.output });
    await server.answers("/queue?later", "queued");
    server.signal("SIGKILL");
    await server.exited;
  }
  {
    await using server = await startTasks(directory);
    await server.said("got ?later");
    await eventually("it stays awake", async () => {
      return (await server.inspect("cron")).awake === "Deno.cron";
    });
    assert.equal(count(server.output(), "plain ready"), 0);
    await server.write({ "cron/index.ts": answering("no tasks") });
    await server.said("cron idle until its next request");
  }
  {
    await using server = await startTasks(directory);
    await server.said("queue ready");
    await eventually("it waits", async () => (await server.inspect("cron")).status === "idle");
    await seeIdle(server);
    assert.equal(count(server.output(), "cron ready"), 0);
  }
  await Deno.remove(directory, { recursive: true });
});
