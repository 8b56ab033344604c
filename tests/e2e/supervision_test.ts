import assert from "node:assert/strict";
import { join } from "node:path";
import { longEnoughMs } from "../patience.ts";
import { answering, eventually, host, makeDirectory, startServer } from "./support/harness.ts";

for (const signal of ["SIGINT", "SIGTERM", "SIGQUIT"] as const) {
  Deno.test(`serve: ${signal} stops everything, exit 0, nothing is left`, async () => {
    const server = await startServer({ files: { "app/index.ts": answering("app") } });
    await server.answers("/app", "app");
    const { pid, namespace } = await server.inspect("app");
    const owner = namespace!.split("-")[1]!;
    server.signal(signal);
    assert.equal(await server.exited, 0);
    await assert.rejects(Deno.stat(`/proc/${pid}/ns/net`));
    await assert.rejects(Deno.stat(server.socket));
    await assert.rejects(Deno.stat(`/run/ddsrv/${owner}`));
    for (
      const text of [
        await host("ip", "netns", "list"),
        await host("ip", "link"),
        await host("nft", "list", "tables"),
      ]
    ) {
      assert.ok(!text.includes(owner), text);
    }
    await server[Symbol.asyncDispose]();
  });
}

/** A function that ignores SIGTERM, and has a child that would survive a simple kill. */
const STUBBORN = `Deno.addSignalListener("SIGTERM", () => console.log("not now"));
  ${answering("stubborn")}`;

Deno.test("serve kills a function that ignores SIGTERM after the grace time", async () => {
  await using server = await startServer({
    files: {
      "app/index.ts": STUBBORN,
      "app/ddsrv.json": JSON.stringify({ stopGrace: `${longEnoughMs(1)}ms` }),
    },
    env: { DDSRV_STOP_GRACE: "30m" },
  });
  await server.answers("/app", "stubborn");
  const { pid } = await server.inspect("app");
  await Deno.remove(join(server.functions, "app"), { recursive: true });
  await server.said("[app] not now");
  await server.said("app stopped");
  await assert.rejects(Deno.stat(`/proc/${pid}/ns/net`));
});

Deno.test("serve stops at once at a second signal", async () => {
  const server = await startServer({
    files: { "app/index.ts": STUBBORN },
    env: { DDSRV_STOP_GRACE: "30m" },
  });
  await server.answers("/app", "stubborn");
  server.signal("SIGTERM");
  await server.said("[app] not now");
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
  await server[Symbol.asyncDispose]();
});

Deno.test("serve: kill -9 leaves no process, and the next start cleans up only its own leftovers", async () => {
  const directory = await makeDirectory();
  await using other = await startServer({ files: { "app/index.ts": answering("other") } });
  await other.answers("/app", "other");
  const killed = await startServer({ directory, files: { "app/index.ts": answering("app") } });
  await killed.answers("/app", "app");
  const { pid, namespace } = await killed.inspect("app");
  killed.signal("SIGKILL");
  await killed.exited;
  await eventually(
    "its function is gone",
    async () => await Deno.stat(`/proc/${pid}/ns/net`).then(() => false, () => true),
  );
  assert.ok((await host("ip", "netns", "list")).includes(namespace!));
  {
    await using next = await startServer({ directory });
    assert.match(next.output(), /Removed leftovers of a killed supervisor/);
    assert.ok(!(await host("ip", "netns", "list")).includes(`${namespace} `));
    await next.answers("/app", "app");
    await other.answers("/app", "other");
    const [a, b] = [await next.inspect("app"), await other.inspect("app")];
    assert.notEqual(a.upstream, b.upstream);
  }
  await other.answers("/app", "other");
  await Deno.remove(directory, { recursive: true });
});

Deno.test("serve restarts a function that exits", async () => {
  await using server = await startServer({
    files: {
      "app/index.ts": `Deno.serve((request) => {
        if (new URL(request.url).pathname === "/die") Deno.exit(1);
        return new Response("up");
      });\n`,
    },
  });
  await server.answers("/app", "up");
  const before = await server.inspect("app");
  await (await fetch(`${server.url}/app/die`)).body?.cancel();
  await server.said("app failed: The function exited with code 1");
  await server.answers("/app", "up");
  const after = await server.inspect("app");
  assert.equal(after.restarts, 1);
  assert.notEqual(after.pid, before.pid);
});

Deno.test("serve starts twenty functions and removes their namespaces", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `f${index}`);
  const server = await startServer({
    flags: ["--no-check"],
    files: Object.fromEntries(names.map((name) => [`${name}/index.ts`, answering(name)])),
  });
  for (const name of names) await server.answers(`/${name}`, name);
  const owner = (await server.inspect("f0")).namespace!.split("-")[1]!;
  await server[Symbol.asyncDispose]();
  assert.ok(!(await host("ip", "netns", "list")).includes(owner));
});
