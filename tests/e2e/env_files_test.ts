import assert from "node:assert/strict";
import { join } from "node:path";
import { startServer } from "./support/harness.ts";
import { PROBE, probe } from "./support/probe.ts";

Deno.test("env files apply in order: operator, settings, function, manifest", async () => {
  await using server = await startServer({
    env: { ENV_FILE: "common.env" },
    files: {
      "common.env": "A=common\nB=common\nC=common\nD=common\nE=common\n",
      "ddsrv.json":
        '{ "env": { "B": "settings", "C": "settings", "D": "settings", "E": "settings" } }',
      "app/index.ts": PROBE,
      "app/.env": "C=own\nD=own\nE=own\n",
      "app/more/secrets.env": "D=named\nE=named\n",
      "app/ddsrv.json": '{ "envFile": "more/secrets.env", "env": { "E": "manifest" } }',
    },
  });
  await server.said("app ready");
  const found = [];
  for (const name of ["A", "B", "C", "D", "E"]) {
    found.push(await probe(server, "app", `variable|${name}`));
  }
  assert.deepEqual(found, ["common", "settings", "own", "named", "manifest"]);
});

Deno.test("env files: a change reloads only the functions that use them", async () => {
  await using server = await startServer({
    env: { ENV_FILE: "common.env" },
    files: {
      "one/index.ts": PROBE,
      "one/.env": "A=1\n",
      "two/index.ts": PROBE,
      "two/two.env": "A=1\n",
      "two/ddsrv.json": '{ "envFile": "two.env" }',
    },
  });
  await server.said('The env file "');
  await server.said("one ready");
  await server.said("two ready");
  const pids = async (): Promise<
    (number | null)[]
  > => [(await server.inspect("one")).pid, (await server.inspect("two")).pid];
  const first = await pids();
  let from = server.output().length;
  await server.write({ "one/.env": "A=2\n" });
  await server.said("one ready", from);
  const second = await pids();
  assert.ok(second[0] !== first[0] && second[1] === first[1]);
  assert.equal(await probe(server, "one", "variable|A"), "2");
  from = server.output().length;
  await server.write({ "two/two.env": "A=2\n" });
  await server.said("two ready", from);
  const third = await pids();
  assert.ok(third[0] === second[0] && third[1] !== second[1]);
  assert.equal(await probe(server, "two", "variable|A"), "2");
  // All functions take up a file that is created later.
  from = server.output().length;
  await server.write({ "common.env": "B=late\n" });
  await server.said("one ready", from);
  await server.said("two ready", from);
  for (const name of ["one", "two"]) assert.equal(await probe(server, name, "variable|B"), "late");
});

Deno.test("env files: only the function can read the values", async () => {
  const secret = "s3cr3t-0123456789";
  await using server = await startServer({
    isChecked: true,
    env: { ENV_JSON: JSON.stringify({ COMMON: `${secret}-common` }) },
    files: {
      "ddsrv.json": `{ "env": { "POLICY": "${secret}-policy" } }`,
      "app/index.ts": PROBE,
      "app/.env": `OWN=${secret}-own\n`,
      "app/ddsrv.json": `{ "env": { "NAMED": "${secret}-named" } }`,
      "broken/index.ts": "const x: string = 1;\n",
      "broken/.env": `OWN=${secret}-broken\n`,
      "bad/index.ts": PROBE,
      "bad/ddsrv.json": `{ "env": { "A=B": "${secret}-bad" }, "memory": "1" }`,
      "ends/index.ts": 'console.error("it ends"); Deno.exit(3);\n',
      "ends/.env": `OWN=${secret}-ends\n`,
    },
  });
  await server.said("app ready");
  for (const name of ["broken", "bad", "ends"]) await server.said(`${name} failed`);
  assert.equal(await probe(server, "app", "variable|OWN"), `${secret}-own`);
  const places: string[] = [server.output()];
  for (const name of ["app", "broken", "bad", "ends"]) {
    const { stdout, stderr } = await server.cli("inspect", name);
    const json = await server.cli("inspect", name, "--json");
    places.push(stdout, stderr, json.stdout, await (await fetch(`${server.url}/${name}`)).text());
  }
  for (const verb of ["list", "logs"]) {
    const { stdout, stderr } = await server.cli(verb);
    places.push(stdout, stderr);
  }
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    places.push(await Deno.readTextFile(`/proc/${entry.name}/cmdline`).catch(() => ""));
  }
  const { pid } = await server.inspect("app");
  places.push(await Deno.readTextFile(`/proc/${pid}/environ`));
  for await (const entry of Deno.readDir(server.logs)) {
    places.push(await Deno.readTextFile(join(server.logs, entry.name)));
  }
  for (const text of places) assert.ok(!text.includes(secret), text);
});

Deno.test("env files: a missing file, or one outside the function, is an error", async () => {
  await using server = await startServer({
    files: {
      "missing/index.ts": PROBE,
      "missing/ddsrv.json": '{ "envFile": "nowhere.env" }',
      "outside/index.ts": PROBE,
      "outside/ddsrv.json": '{ "envFile": "../missing/index.ts" }',
      "absolute/index.ts": PROBE,
      "absolute/ddsrv.json": '{ "envFile": "/etc/passwd" }',
      "link/index.ts": PROBE,
      "link/ddsrv.json": '{ "envFile": "linked" }',
    },
  });
  await Deno.symlink("/etc/passwd", join(server.functions, "link/linked"));
  const expected = {
    missing: /names the envFile ".*nowhere\.env", which does not exist\. Create it/,
    outside: /which is not in the function's directory\. Use a path below it/,
    absolute: /which is not in the function's directory\. Use a path below it/,
    link: /leads out of/,
  };
  for (const [name, pattern] of Object.entries(expected)) {
    await server.said(`${name} failed`);
    assert.match((await server.inspect(name)).detail!, pattern);
  }
});
