import assert from "node:assert/strict";
import { answering, startServer } from "./support/harness.ts";
import { PROBE, probe } from "./support/probe.ts";

Deno.test("SIGHUP restarts only the functions that the new configuration affects", async () => {
  await using server = await startServer({
    files: {
      "ddsrv.json": '{ "env": { "A": "1" } }',
      "app/index.ts": PROBE,
      "own/index.ts": PROBE,
      "own/ddsrv.json": '{ "env": { "A": "own" } }',
      "greedy/index.ts": answering("greedy"),
      "greedy/ddsrv.json": '{ "permissions": { "run": true } }',
    },
  });
  for (const name of ["app", "own"]) await server.said(`${name} ready`);
  await server.said("greedy failed");
  const pidOf = async (name: string): Promise<number | null> => (await server.inspect(name)).pid;
  const before = { app: await pidOf("app"), own: await pidOf("own") };

  const file = { env: { A: "2" }, permissions: { run: true }, preferredPort: 9000 };
  await server.write({ "ddsrv.json": JSON.stringify(file) });
  server.signal("SIGHUP");
  await server.said("Configuration reloaded");
  await server.said("Restart ddsrv to apply changes of: preferredPort");
  await server.said("app ready", server.output().indexOf("Configuration reloaded"));
  await server.answers("/greedy", "greedy");
  assert.equal(await probe(server, "app", "variable|A"), "2");
  // Both functions request all permissions, so ddsrv replaces both.
  assert.notEqual(await pidOf("app"), before.app);

  const now = { app: await pidOf("app"), own: await pidOf("own") };
  await server.write({
    "ddsrv.json": JSON.stringify({ ...file, env: { A: "3" }, maxBodySize: "1B" }),
  });
  let from = server.output().length;
  server.signal("SIGHUP");
  await server.said("app ready", from);
  assert.equal(await probe(server, "app", "variable|A"), "3");
  assert.equal(await pidOf("own"), now.own);
  const refused = await fetch(`${server.url}/own`, { method: "POST", body: "too much" });
  assert.equal(refused.status, 413);
  await refused.body?.cancel();

  from = server.output().length;
  const last = { app: await pidOf("app"), own: await pidOf("own") };
  await server.write({ "ddsrv.json": '{ "egres": "none" }' });
  server.signal("SIGHUP");
  await server.said('has the unknown key "egres"', from);
  await server.said("The previous configuration stays in effect", from);
  assert.deepEqual({ app: await pidOf("app"), own: await pidOf("own") }, last);
  assert.equal(await probe(server, "app", "variable|A"), "3");

  // The ceiling is lower now: ddsrv reports the manifest, and the running revision keeps serving.
  from = server.output().length;
  await server.write({ "ddsrv.json": "{}" });
  server.signal("SIGHUP");
  await server.said("greedy failed: The manifest is not valid", from);
  await server.answers("/greedy", "greedy");
  await server.said("app ready", from);
  assert.equal(await probe(server, "app", "variable|A"), "unset");
});

/** Answers with the state of the permission to load native code, and a variable. */
const GRANTED = `Deno.serve(() =>
  new Response(Deno.permissions.querySync({ name: "ffi" }).state + " " + Deno.env.get("A"))
);`;

Deno.test("entries of functions grant to some functions, also with SIGHUP", async () => {
  const functions = {
    "i*": { permissions: { ffi: true }, env: { A: "pattern" } },
    img: { env: { A: "name" } },
    typo: {},
  };
  await using running = await startServer({
    files: {
      "ddsrv.json": JSON.stringify({ functions }),
      "img/index.ts": GRANTED,
      "other/index.ts": GRANTED,
      "slow/index.ts": GRANTED,
      "slow/ddsrv.json": '{ "startTimeout": "1h" }',
    },
  });
  await running.said("img ready");
  await running.said("other ready");
  await running.said('has entries that match no function: "typo"');
  await running.answers("/img", "granted name");
  await running.answers("/other", "prompt undefined");
  const { stdout } = await running.cli("inspect", "img", "--json");
  const { settings } = JSON.parse(stdout) as { settings: { key: string }[] };
  assert.deepEqual(settings.filter(({ key }) => /^(permissions\.(ffi|net)|startT)/.test(key)), [
    { key: "startTimeout", value: "30m", source: "variable", name: "DDSRV_START_TIMEOUT" },
    { key: "permissions.net", value: true, source: "default", name: null },
    { key: "permissions.ffi", value: true, source: "functions", name: "i*" },
  ]);
  const shown = (await running.cli("inspect", "img")).stdout;
  assert.match(shown, /^permissions\.ffi +true +"i\*" in "functions"$/m);
  // A manifest can't raise it, and its error says what the operator can add.
  await running.said("slow failed");
  const { detail } = await running.inspect("slow");
  const snippet = '"functions": { "slow": { "startTimeout": "1h" } }';
  assert.ok(detail?.includes(`or ask the operator to add ${snippet} to the ddsrv.json`), detail!);
  const { pid } = await running.inspect("img");
  const from = running.output().length;
  await running.write({
    "ddsrv.json": JSON.stringify({
      functions: { ...functions, slow: { startTimeout: "1h" }, other: { cpu: 1 } },
    }),
  });
  running.signal("SIGHUP");
  await running.said("slow ready", from);
  await running.said("other ready", from);
  assert.equal((await running.inspect("img")).pid, pid);
});
