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

/** Code of a function that answers at once, and logs some seconds later. */
function later(begin: string, seconds: number): string {
  return `Deno.serve(() => {
    const { promise, resolve } = Promise.withResolvers<void>();
    ${begin}
    setTimeout(() => {
      console.log("did it");
      resolve();
    }, ${seconds * 1_000});
    return new Response("soon");
  });\n`;
}

Deno.test("work that a request leaves behind is finished before the instance stops", async () => {
  await using server = await startServer({
    isChecked: true,
    flags: ["--idle", "2s"],
    files: {
      "plain/index.ts": answering("plain"),
      "work/index.ts": later("EdgeRuntime.waitUntil(promise);", 6),
      "timer/index.ts": later("void promise;", 6),
      "endless/index.ts": later("EdgeRuntime.waitUntil(promise);", 600),
      "endless/ddsrv.json": '{ "backgroundTimeout": "3s" }',
      "greedy/index.ts": answering("greedy"),
      "greedy/ddsrv.json": '{ "backgroundTimeout": "1h" }',
      "own/index.ts": `declare const EdgeRuntime: any;
        addEventListener("beforeunload", () => console.log("bye"));
        ${answering("own")}`,
    },
  });
  await server.said("greedy failed");
  const { detail } = await server.inspect("greedy");
  assert.match(detail!, /asks for backgroundTimeout 1h, but the settings allow at most 5m/);
  await server.answers("/own", "own");
  await Promise.all(
    ["work", "timer", "endless"].map((name) => server.answers(`/${name}`, "soon")),
  );
  await server.said("[work] did it");
  // The line comes through a pipe, maybe after the stop that it announces.
  await server.said("work idle until its next request", server.output().indexOf("work ready"));
  await server.said("endless idle until its next request");
  await server.said("[own] bye");
  // The docs say so: nothing shows ddsrv a timer.
  assert.equal(count(server.output(), "[timer] did it"), 0);

  // A replaced instance works on while the next one serves.
  await server.answers("/work", "soon");
  const from = server.output().length;
  assert.equal((await server.cli("reload", "work")).code, 0);
  await server.said("work ready", from);
  await server.said("[work] did it", from);
});
