import assert from "node:assert/strict";
import { join } from "node:path";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import {
  answering,
  count,
  eventually,
  pause,
  type Server,
  startServer,
} from "./support/harness.ts";

async function keptOf(server: Server, name: string): Promise<readonly string[]> {
  return (await server.inspect(name)).kept;
}

Deno.test("rollback restores an earlier revision without a new check or downtime", async () => {
  await using server = await startServer({
    isChecked: true,
    files: {
      "app/index.ts": answering("one"),
      "app/.env": "A=1\n",
      "app/assets/a.txt": "first",
    },
  });
  await Deno.chmod(join(server.functions, "app/.env"), 0o600);
  await server.answers("/app", "one");
  await eventually("it is kept", async () => (await keptOf(server, "app")).length === 1);
  const [first] = await keptOf(server, "app");
  await server.write({ "app/index.ts": answering("two"), "app/assets/a.txt": "second" });
  await server.answers("/app", "two");
  await eventually("it is kept too", async () => (await keptOf(server, "app")).length === 2);

  let isOver = false;
  const client = (async () => {
    while (!isOver) {
      const response = await fetch(`${server.url}/app`);
      assert.equal(response.status, 200);
      await response.body?.cancel();
      await pause(2);
    }
  })();
  const back = await server.cli("rollback", "app");
  assert.deepEqual([back.code, back.stdout], [0, ""]);
  assert.match(
    back.stderr,
    new RegExp(`^app rolled back to revision ${first} \\(add at 2.*, served until 2.*Z\\)\n$`),
  );
  await server.answers("/app", "one");
  const { revision } = await server.inspect("app");
  assert.equal(revision, first);
  assert.equal(await Deno.readTextFile(join(server.functions, "app/assets/a.txt")), "first");
  const env = await Deno.stat(join(server.functions, "app/.env"));
  assert.equal(env.mode! & 0o777, 0o600);
  // There is nothing before it; the later revision is still kept.
  const none = await server.cli("rollback", "app");
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no snapshot of an earlier revision .* name a kept one with --to: /);
  const later = (await keptOf(server, "app")).find((one) => one !== first)!;
  assert.equal((await server.cli("rollback", "app", "--to", later)).code, 0);
  await server.answers("/app", "two");

  // ddsrv rolls back the broken folder, and the running revision keeps serving.
  await server.write({ "app/index.ts": "const broken: string = 1;\n" });
  await server.said("app failed: The check failed");
  const { pid } = await server.inspect("app");
  assert.equal((await server.cli("rollback", "app")).code, 0);
  await eventually("it is well", async () => (await server.inspect("app")).reason === null);
  await server.answers("/app", "two");
  assert.equal((await server.inspect("app")).pid, pid);
  isOver = true;
  await client;

  const json = await server.cli("rollback", "app", "--to", first!, "--json");
  assert.equal(JSON.parse(json.stdout).revision, first);
  await server.answers("/app", "one");
  const unknown = await server.cli("rollback", "app", "--to", "ffffffff");
  assert.equal(unknown.code, 1);
  assert.match(
    unknown.stderr,
    /There is no snapshot of "app" that begins with "ffffffff"\. Snapshots: /,
  );
  assert.equal((await server.cli("rollback", "app", "--to", "nonsense")).code, 2);
  assert.equal((await server.cli("rollback", "nobody")).code, 4);
  const names = (await Array.fromAsync(Deno.readDir(server.functions))).map(({ name }) => name);
  assert.deepEqual(names, ["app"]);
});

Deno.test("rollback keeps three revisions across restarts, none of links or huge folders", async () => {
  const state = await Deno.makeTempDir({ prefix: "ddsrv-e2e-" });
  const flags = ["--state-dir", state];
  await using server = await startServer({ flags, files: { "app/index.ts": answering("0") } });
  const target = join(server.directory, "elsewhere");
  await Deno.mkdir(target);
  await Deno.writeTextFile(join(target, "index.ts"), answering("linked"));
  await Deno.symlink(target, join(server.functions, "linked"));
  await server.answers("/linked", "linked");
  await server.write({ "huge/index.ts": answering("huge") });
  await Deno.truncate(await makeFile(join(server.functions, "huge/data")), 65 * 1024 ** 2);
  await server.answers("/huge", "huge");
  const revisions: string[] = [];
  for (let index = 0; index < 5; index++) {
    await server.write({ "app/index.ts": answering(String(index)) });
    await server.answers("/app", String(index));
    await eventually("it is kept", async () => {
      const [newest] = await keptOf(server, "app");
      return newest === (await server.inspect("app")).revision;
    });
    revisions.unshift((await server.inspect("app")).revision!);
  }
  assert.deepEqual(await keptOf(server, "app"), revisions.slice(0, 3));
  for (const name of ["linked", "huge"]) assert.deepEqual(await keptOf(server, name), []);
  const link = await server.cli("rollback", "linked");
  assert.equal(link.code, 1);
  assert.match(link.stderr, /is a link\. Point it to the earlier directory: ln -sfn/);
  assert.match(
    (await server.cli("rollback", "huge")).stderr,
    /There is no snapshot of an earlier revision of "huge"/,
  );
  server.signal("SIGTERM");
  await server.exited;
  const home = join(state, "snapshots", deriveOwnerId(server.functions));
  assert.equal((await Deno.stat(home)).mode! & 0o777, 0o700);
  await Deno.mkdir(join(home, "app/.half-made"));
  await using again = await startServer({ directory: server.directory, flags });
  await again.answers("/app", "4");
  assert.deepEqual(await keptOf(again, "app"), revisions.slice(0, 3));
  assert.equal((await again.cli("rollback", "app")).code, 0);
  await again.answers("/app", "3");
  assert.equal(count(again.output(), "can't be kept"), 0);
  await Deno.remove(state, { recursive: true });
});

async function makeFile(path: string): Promise<string> {
  await Deno.writeTextFile(path, "");
  return path;
}
