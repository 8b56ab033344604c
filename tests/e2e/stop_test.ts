import assert from "node:assert/strict";
import { join } from "node:path";
import { MAX_PAGE_BYTES } from "../../lib/supervisor/maintenance_page.ts";
import {
  answering,
  eventually,
  makeDirectory,
  type Server,
  startServer,
} from "./support/harness.ts";
import { isParked } from "./support/parked.ts";
import { connect, readAnswer } from "./support/raw_client.ts";

const PAGE = "<!doctype html><h1>Back at noon</h1>";
const BROWSER = { headers: { accept: "text/html" } };

/** A function that is idle, and has a schedule that is never due in this test. */
const NAP = JSON.stringify({
  idle: "1h",
  schedules: [{ name: "new-year", cron: "0 0 1 1 *", path: "/new-year" }],
});

/** A function that answers with the body of its request, when it is complete. */
const ECHO = `Deno.serve(async (request) => new Response("echo " + await request.text()));\n`;

async function assertStopped(server: Server, name: string, html?: string): Promise<void> {
  const plain = await fetch(`${server.url}/${name}`);
  assert.equal(plain.status, 503);
  assert.equal(plain.headers.get("x-ddsrv-error"), "function-stopped");
  assert.equal(plain.headers.get("cache-control"), "no-store");
  assert.equal(await plain.text(), `${name} is stopped for maintenance`);
  const page = await fetch(`${server.url}/${name}`, BROWSER);
  assert.equal(page.status, 503);
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  const text = await page.text();
  if (html === undefined) assert.match(text, /stopped for maintenance/);
  else assert.equal(text, html);
}

async function schedulesOf(server: Server): Promise<readonly string[]> {
  const listed = await server.cli("schedules", "--json");
  assert.equal(listed.code, 0, listed.stderr);
  return JSON.parse(listed.stdout).map(({ name }: { readonly name: string }) => name);
}

async function isGone(pid: number | null): Promise<boolean> {
  return await Deno.stat(`/proc/${pid}`).then(() => false, () => true);
}

Deno.test("stop drains a function and keeps it stopped until start, also after kill -9", async () => {
  const directory = await makeDirectory();
  const options = { directory, isParking: true, env: { DDSRV_DRAIN: "30m" } } as const;
  let since: string | null;
  try {
    {
      await using server = await startServer({
        ...options,
        files: {
          "shop/index.ts": ECHO,
          "nap/index.ts": answering("nap"),
          "nap/ddsrv.json": NAP,
          "other/index.ts": answering("other"),
        },
      });
      await server.answers("/shop", "echo ");
      await server.answers("/other", "other");
      await eventually("nap is idle", async () => (await server.inspect("nap")).status === "idle");
      await isParked(server, "shop", "parked");
      await eventually(
        "a folder is kept",
        async () => (await server.inspect("shop")).kept.length > 0,
      );

      // Wrong names and pages stop nothing.
      const unknown = await server.cli("stop", "shop", "shpo");
      assert.equal(unknown.code, 4);
      const page = join(directory, "page.html");
      for (const bad of ["a\0b", "x".repeat(MAX_PAGE_BYTES + 1)]) {
        await Deno.writeTextFile(page, bad);
        const refused = await server.cli("stop", "shop", "--page", page);
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /Cannot use ".*page\.html" as a page: the page /);
      }
      await server.answers("/shop", "echo ");

      const { pid } = await server.inspect("shop");
      using client = await connect(server);
      await client.write("POST /shop HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
      await eventually(
        "it is in flight",
        async () => (await server.inspect("shop")).inFlight === 1,
      );
      await Deno.writeTextFile(page, PAGE);
      const stopping = server.cli("stop", "shop", "nap", "--page", page);
      await eventually(
        "it drains",
        async () => (await server.inspect("shop")).status === "draining",
      );
      await assertStopped(server, "shop", PAGE);
      await client.write("cd");
      assert.equal((await readAnswer(client)).body, "echo abcd");
      const stopped = await stopping;
      assert.deepEqual([stopped.code, stopped.stderr], [0, "shop stopped\nnap stopped\n"]);
      assert.ok(await isGone(pid));
      const report = await server.inspect("shop");
      since = report.stoppedAt;
      assert.ok(since !== null);
      const { status, namespace, nextStart, errors } = report;
      assert.deepEqual([status, namespace, nextStart, errors], ["stopped", null, null, 0]);

      // Neither requests nor new code nor a reload start it.
      await assertStopped(server, "nap", PAGE);
      assert.deepEqual(await schedulesOf(server), []);
      const run = await server.cli("schedules", "run", "nap", "new-year");
      assert.equal(run.code, 1);
      assert.match(run.stderr, /"nap" is stopped\. To start it: ddsrv start nap/);
      await server.write({ "shop/index.ts": answering("new") });
      await eventually(
        "the scan sees new code",
        async () => (await server.inspect("shop")).revision !== report.revision,
      );
      const reloaded = await server.cli("reload", "shop", "other");
      assert.equal(reloaded.code, 1);
      assert.match(reloaded.stderr, /"shop" is stopped\. To start it: ddsrv start shop/);
      assert.match(reloaded.stderr, /other reloaded/);
      const list = await server.cli("list");
      assert.match(list.stdout, /shop: stopped: Stopped by hand since 20\S+Z\./);
      await assertStopped(server, "shop", PAGE);
      await server.answers("/other", "other");
      server.signal("SIGKILL");
      await server.exited;
    }

    await using server = await startServer(options);
    await server.answers("/other", "other");
    const { status, stoppedAt, kept } = await server.inspect("shop");
    assert.deepEqual([status, stoppedAt], ["stopped", since]);
    await assertStopped(server, "shop", PAGE);

    // A rollback changes the folder of a stopped function, and does not start it.
    const vague = await server.cli("rollback", "shop");
    assert.equal(vague.code, 1);
    assert.match(vague.stderr, /does not know which revision is the previous one\. Name one: /);
    const back = await server.cli("rollback", "shop", "--to", kept[0]!);
    assert.equal(back.code, 0);
    assert.match(back.stderr, /rolled back to revision \w+( \(.+\))?; it is still stopped\./);
    await assertStopped(server, "shop", PAGE);
    const started = await server.cli("start", "shop", "nap", "other");
    assert.deepEqual(
      [started.code, started.stderr],
      [0, "shop started\nnap started\nother was not stopped\n"],
    );
    await server.answers("/shop", "echo ");
    await server.answers("/nap", "nap");
    assert.deepEqual(await schedulesOf(server), ["new-year"]);

    // If the present code fails, the last good revision serves, and the command says why.
    const again = await server.cli("stop", "shop");
    assert.equal(again.code, 0);
    await assertStopped(server, "shop");
    await server.write({ "shop/index.ts": 'throw new Error("no stock");\n' });
    const failed = await server.cli("start", "shop");
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /"shop" serves its last good revision, because .*\n.*no stock/);
    await server.answers("/shop", "echo ");

    // Removing a function ends its stop, also if its data stays.
    assert.equal((await server.cli("stop", "other", "nap")).code, 0);
    assert.equal((await server.cli("rm", "--yes", "other")).code, 0);
    assert.equal((await server.cli("rm", "--yes", "--keep-data", "nap")).code, 0);
    await server.write({ "other/index.ts": answering("fresh"), "nap/index.ts": answering("too") });
    await server.answers("/other", "fresh");
    await server.answers("/nap", "too");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
