import assert from "node:assert/strict";
import { join } from "node:path";
import { makeDirectory, type Server, startServer } from "./support/harness.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";
import { PROBE, probe } from "./support/probe.ts";

/** A function that writes where code usually does: next to itself. */
const APP = `import { DatabaseSync } from "node:sqlite";
const database = new DatabaseSync("./app.db");
database.exec("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS starts (at TEXT)");
database.exec("INSERT INTO starts VALUES ('now')");
await Deno.mkdir("uploads", { recursive: true });
await Deno.writeTextFile("uploads/new.tmp", "x");
await Deno.rename("uploads/new.tmp", "uploads/new");
await Deno.writeTextFile(new URL("./public/files/log", import.meta.url), "x", { append: true });
const refused = [];
for (const path of ["index.ts", "other", "public/other", "app.db-wal", "uploads/../x"]) {
  await Deno.writeTextFile(path, "x").catch((error) => refused.push(error.code));
}
export default { fetch: () => Response.json({
  starts: database.prepare("SELECT count(*) AS n FROM starts").get().n,
  log: Deno.readTextFileSync("public/files/log"),
  uploads: [...Deno.readDirSync("uploads")].map((one) => one.name).sort(),
  seeded: Deno.readTextFileSync("uploads/deep/seed"),
  page: Deno.readTextFileSync("public/page.html"),
  refused,
}) };
`;

const FILES = {
  "app/index.ts": APP,
  "app/ddsrv.json": '{ "writable": ["./uploads", "app.db", "public/files/"] }',
  "app/uploads/deep/seed": "seeded",
  "app/public/page.html": "page",
};

const FIRST = {
  starts: 1,
  log: "x",
  uploads: ["deep", "new"],
  seeded: "seeded",
  page: "page",
  refused: Array(5).fill("EROFS"),
};

async function ask(server: Server): Promise<unknown> {
  return await (await fetch(`${server.url}/app`)).json();
}

/** Returns all paths below a directory. */
async function treeOf(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    found.push(name);
    if (!isDirectory) continue;
    found.push(...(await treeOf(join(directory, name))).map((one) => `${name}/${one}`));
  }
  return found.sort();
}

Deno.test("writable names keep what a function writes next to its code", async () => {
  const directory = await makeDirectory();
  {
    await using server = await startServer({ directory, files: FILES });
    await server.said("app ready");
    const tree = await treeOf(server.functions);
    assert.deepEqual(await ask(server), FIRST);
    // New code starts beside the old one, with the same data; the folder's copy counts only once.
    const before = server.output().length;
    await server.write({ "app/index.ts": APP + "// new\n", "app/uploads/deep/seed": "changed" });
    await server.said("app ready", before);
    assert.deepEqual(await ask(server), { ...FIRST, starts: 2, log: "xx" });
    assert.deepEqual(await treeOf(server.functions), tree, "nothing is written into the folder");
  }
  await using server = await startServer({ directory });
  await server.said("app ready");
  assert.deepEqual(await ask(server), { ...FIRST, starts: 3, log: "xxx" });
  assert.equal((await server.cli("rm", "app", "--keep-data")).code, 0);
  let from = server.output().length;
  await server.write(FILES);
  await server.said("app ready", from);
  assert.deepEqual(await ask(server), { ...FIRST, starts: 4, log: "xxxx" });
  from = server.output().length;
  assert.equal((await server.cli("rm", "app", "--purge")).code, 0);
  await server.write(FILES);
  await server.said("app ready", from);
  assert.deepEqual(await ask(server), FIRST);
  server.signal("SIGTERM");
  await server.exited;
  await Deno.remove(directory, { recursive: true });
});

Deno.test("rootless: writable names keep what a function writes next to its code", async () => {
  await using user = await ordinaryUser();
  const { directory, command, env } = user;
  const flags = ["--isolation=rootless"];
  await using server = await startServer({ directory, command, env, files: FILES, flags });
  await server.said("app ready");
  assert.deepEqual(await ask(server), FIRST);
  assert.equal((await server.cli("reload", "app")).code, 0);
  assert.deepEqual(await ask(server), { ...FIRST, starts: 2, log: "xx" });
  assert.equal((await server.cli("inspect", "app")).code, 0);
});

Deno.test("none: writable names are writable in the folder itself", async () => {
  await using server = await startServer({
    flags: ["--isolation=none"],
    files: {
      "app/index.ts": PROBE,
      "app/ddsrv.json": '{ "writable": ["uploads", "app.db"] }',
      "app/uploads/a": "",
    },
  });
  await server.said("app ready");
  assert.equal(await probe(server, "app", "write|uploads/b"), "written");
  assert.equal(await probe(server, "app", "write|app.db"), "written");
  assert.match(await probe(server, "app", "write|index.ts"), /^failed: NotCapable/);
});

Deno.test("writable names: neither code nor links are writable, and the error says so", async () => {
  await using server = await startServer({
    files: {
      "code/index.ts": 'import "./lib/m.ts";\n' + PROBE,
      "code/lib/m.ts": "export {};\n",
      "code/ddsrv.json": '{ "writable": ["lib"] }',
      "listed/index.ts": PROBE,
      "listed/.env": "A=1\njunk\n",
      "listed/ddsrv.json":
        '{ "writable": ["uploads", "app.db"], "permissions": { "write": ["/ddsrv/data"] } }',
      "refused/index.ts": PROBE,
      "refused/ddsrv.json": '{ "writable": ["uploads"], "permissions": { "write": false } }',
    },
  });
  await server.said("listed ready");
  await server.said('lists "lib" in "writable", but "');
  for (const path of ["uploads/a", "app.db", "/ddsrv/data/a"]) {
    assert.equal(await probe(server, "listed", `write|${path}`), "written", path);
  }
  for (const path of ["other", "/tmp/a", "uploads/../a"]) {
    assert.match(await probe(server, "listed", `write|${path}`), /^failed: NotCapable/, path);
  }
  await server.write({ "listed/private.csv": "x" });
  await Deno.chmod(join(server.functions, "listed/private.csv"), 0o640);
  assert.equal((await server.cli("reload", "listed")).code, 0);
  await server.said("Its own user can't read");
  const { problems } = await server.inspect("listed");
  assert.match(problems.join("\n"), /listed\/\.env: ddsrv ignores line 2, which/);
  assert.match(
    problems.join("\n"),
    /Its own user can't read "private\.csv" in its folder\. Run: chmod/,
  );
  await server.said("refused ready");
  assert.match(await probe(server, "refused", "write|uploads/a"), /^failed: NotCapable/);
  const links = join(server.functions, "..", "links");
  await Deno.mkdir(links);
  await Deno.symlink("/etc", join(links, "uploads"));
  await Deno.writeTextFile(join(links, "index.ts"), PROBE);
  await Deno.writeTextFile(join(links, "ddsrv.json"), '{ "writable": ["uploads/sub"] }');
  await Deno.rename(links, join(server.functions, "links"));
  await server.said('"uploads/sub" leads through a link. Replace the link');
  await Deno.remove(join(server.functions, "links/uploads"));
  await server.said("links ready");
  assert.equal(await probe(server, "links", "write|uploads/sub/a"), "written");
});
