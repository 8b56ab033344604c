// The code cache of a revision: later runs of that revision use it, and nothing else does. And the
// one that all functions share: no function can change it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { isIntact } from "../../lib/supervisor/stored_code.ts";
import {
  eventually,
  makeDirectory,
  type Server,
  type ServerOptions,
  startServer,
} from "./support/harness.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";

/**
 * Replaces the bytecode of `good.js` with that of `evil.js`, in a process without Deno's permissions.
 * V8 accepts it, because both texts have the same length.
 */
const POISON = `
import { DatabaseSync } from "node:sqlite";
const database = new DatabaseSync("/ddsrv/cache/v8_code_cache_v2");
const update = database.prepare(
  "UPDATE codecache SET data = evil.data FROM codecache AS evil " +
    "WHERE codecache.specifier LIKE '%/good.js' AND evil.specifier LIKE '%/evil.js'",
);
// Deno writes bytecode some time after it has loaded a module.
let changes = 0;
while (changes === 0) {
  changes = Number(update.run().changes);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log("changed " + changes);
`;

/** A function that poisons its cache before it serves, and answers with the value of `good.js`. */
const POISONER = `
import "dependency";
import "./evil.js";
import good from "./good.js";
const { stdout, stderr } = await new Deno.Command("/ddsrv/deno", {
  args: ["run", "--quiet", "--allow-all", "--no-config", "--no-code-cache", "poison.js"],
}).output();
const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
Deno.serve((request) => new Response(request.url.endsWith("/said") ? said : good));
`;

const MODULES = {
  "good.js": 'export default "good";\n',
  "evil.js": 'export default "evil";\n',
  "poison.js": POISON,
  "package.json": '{ "type": "module", "dependencies": { "dependency": "1.0.0" } }',
  "node_modules/dependency/package.json":
    '{ "name": "dependency", "version": "1.0.0", "type": "module", "main": "main.js" }',
  "node_modules/dependency/main.js": "export default 1;\n",
};

function filesOf(name: string, entry: string): Record<string, string> {
  const files = Object.entries({ ...MODULES, "index.ts": entry });
  return Object.fromEntries(files.map(([path, text]) => [`${name}/${path}`, text]));
}

async function answer(server: Server, path: string): Promise<string> {
  return await (await fetch(`${server.url}/${path}`)).text();
}

Deno.test("code cache: a poisoned one serves its own revision, not the next one or another function", async () => {
  const state = await Deno.makeTempDir({ prefix: "ddsrv-e2e-state-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(state, { recursive: true }));
  await using server = await startServer({
    env: { DDSRV_STATE_DIRECTORY: state },
    files: {
      "ddsrv.json": '{ "permissions": { "run": true } }',
      ...filesOf("x", POISONER),
      ...filesOf("other", POISONER.replace('"run", "--quiet"', '"--version"')),
    },
  });
  const kept = async (name: string): Promise<string[]> => {
    const [owner] = Array.from(Deno.readDirSync(join(state, "code")), (entry) => entry.name);
    const entries = await Array.fromAsync(Deno.readDir(join(state, "code", owner!, name)));
    return entries.map((entry) => entry.name).filter((one) => !one.startsWith("."));
  };
  const keeps = (name: string, count: number): Promise<void> =>
    eventually(
      `code cache of ${name}`,
      async () => (await kept(name).catch(() => [])).length === count,
    );
  for (const name of ["x", "other"]) {
    await server.answers(`/${name}`, "good");
    await keeps(name, 1);
  }
  assert.match(await answer(server, "x/said"), /^changed 1\n/);
  // It replaces the shared one, so it has Deno's own modules too.
  const [owner] = Array.from(Deno.readDirSync(join(state, "code")), (entry) => entry.name);
  const [revision] = await kept("other");
  const database = join(state, "code", owner!, "other", revision!, "v8_code_cache_v2");
  const parts = await Promise.all([database, `${database}-wal`].map((path) => Deno.readFile(path)));
  const text = parts.map((bytes) => new TextDecoder("latin1").decode(bytes)).join("");
  assert.ok(text.includes("ext:deno_http/00_serve.ts"));

  // Positive control: the next run of the same revision reads what the first one has left.
  assert.equal((await server.cli("reload", "x", "other")).code, 0);
  await server.answers("/x", "evil");
  assert.equal(await answer(server, "other"), "good");
  // A later run can't change it.
  assert.match(await answer(server, "x/said"), /readonly database/);

  await server.write({
    "x/index.ts": `${POISONER.replace('"run", "--quiet"', '"--version"')}// Y`,
  });
  await eventually("Y", async () => !(await answer(server, "x/said")).includes("readonly"));
  assert.equal(await answer(server, "x"), "good");
  await keeps("x", 2);
  assert.equal((await server.cli("reload", "x")).code, 0);
  assert.equal(await answer(server, "x"), "good");
  assert.equal((await server.cli("reload", "other")).code, 0);
  assert.equal(await answer(server, "other"), "good");

  assert.equal((await server.cli("remove", "x")).code, 0);
  await assert.rejects(kept("x"), Deno.errors.NotFound);
  assert.equal((await kept("other")).length, 1);
});

/** Answers "none" without a code cache, and otherwise with what it could do to it. */
const VANDAL = `
import { DatabaseSync } from "node:sqlite";
const cache = "/ddsrv/cache/v8_code_cache_v2";
const attempts = {
  write: (path) => Deno.writeTextFileSync(path, "x"),
  append: (path) => Deno.writeTextFileSync(path, "x", { append: true }),
  truncate: (path) => Deno.truncateSync(path, 0),
  chmod: (path) => Deno.chmodSync(path, 0o666),
  rename: (path) => Deno.renameSync(path, path + ".old"),
  replace(path) {
    Deno.writeTextFileSync("/tmp/other", "x");
    Deno.renameSync("/tmp/other", path);
  },
  remove: (path) => Deno.removeSync(path),
  update: () => new DatabaseSync(cache).exec("UPDATE codecache SET data = 'x'"),
};
function tell() {
  try {
    Deno.statSync(cache);
  } catch {
    return "none";
  }
  const done = [];
  for (const [name, attempt] of Object.entries(attempts)) {
    for (const path of [cache, cache + "-wal"]) {
      try {
        attempt(path);
        done.push(name);
      } catch {
        // As it should be.
      }
    }
  }
  return "could " + done.join(" ");
}
const told = tell();
Deno.serve(() => new Response(told));
`;

Deno.test("code cache: no function can change the one that all share, and a restart records none", async () => {
  const directory = await makeDirectory();
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(directory, { recursive: true }));
  const env = { DDSRV_STATE_DIRECTORY: join(directory, "state") };
  await vandalize({ directory, env });
});

Deno.test("code cache: the one that all share, rootless", async () => {
  await using user = await ordinaryUser();
  const { directory, command, env } = user;
  await vandalize({ directory, command, env, flags: ["--isolation=rootless"] });
});

/** Lets functions read the shared code cache and attack it, also after a restart. */
async function vandalize(host: ServerOptions & { readonly directory: string }): Promise<void> {
  const state = join(host.directory, "state");
  const uid = host.command === undefined ? 0 : Number(host.command[1]!.split("=")[1]);
  const options: ServerOptions = {
    ...host,
    isParking: true,
    files: {
      "ddsrv.json": '{ "permissions": "all" }',
      "vandal/index.ts": VANDAL,
      "other/index.ts": VANDAL.replace("const told = tell()", 'const told = "other"'),
    },
  };
  const stored = async (): Promise<string[]> => {
    const base = join(state, "deno-code");
    const [owner] = Array.from(Deno.readDirSync(base), (entry) => entry.name);
    const entries = await Array.fromAsync(Deno.readDir(join(base, owner!)));
    return entries.map(({ name }) => join(base, owner!, name)).filter((one) => !one.includes("/."));
  };
  let path: string;
  {
    await using server = await startServer(options);
    await server.answers("/vandal", "none");
    await server.answers("/other", "other");
    await eventually("it is recorded", async () => {
      return (await stored().catch(() => [])).length === 1;
    });
    path = (await stored())[0]!;
    // A parked sandbox from before has none.
    await eventually("a start with the code cache", async () => {
      assert.equal((await server.cli("reload", "vandal")).code, 0);
      return await answer(server, "vandal") !== "none";
    });
    assert.equal(await answer(server, "vandal"), "could ");
    assert.equal((await server.cli("reload", "other")).code, 0);
    assert.equal(await answer(server, "other"), "other");
    assert.equal(await isIntact(path, uid), true);
  }
  const before = await Deno.stat(path);
  await using server = await startServer(options);
  await server.answers("/vandal", "could ");
  assert.deepEqual(await stored(), [path]);
  assert.equal((await Deno.stat(path)).ino, before.ino);
}
