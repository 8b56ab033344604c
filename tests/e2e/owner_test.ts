import assert from "node:assert/strict";
import { join } from "node:path";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import { acquireLockFile } from "../../lib/system/lock_file.ts";
import {
  answering,
  type CliResult,
  eventually,
  host,
  makeDirectory,
  runCli,
  type Server,
  type ServerOptions,
  startServer,
  writeFiles,
} from "./support/harness.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";

/** A function that counts requests in Deno KV and in a file, and returns the file's owner. */
const KEEPER = `const kv = await Deno.openKv();
const path = Deno.env.get("DDSRV_DATA")! + "/count";
const inFile = () => {
  try { return Number(Deno.readTextFileSync(path)); } catch { return 0; }
};
Deno.serve(async ({ method }) => {
  const inKv = (await kv.get<number>(["count"])).value ?? 0;
  if (method === "GET") {
    const uid = inFile() === 0 ? "nobody" : Deno.statSync(path).uid;
    return new Response(\`kv \${inKv}, file \${inFile()}, \${uid}\`);
  }
  await kv.set(["count"], inKv + 1);
  Deno.writeTextFileSync(path, String(inFile() + 1));
  return new Response("kept");
});
`;

const EMPTY = "kv 0, file 0, nobody";

interface Place extends AsyncDisposable {
  readonly state: string;
  readonly at: (path: string) => string;
  /** Starts a server of `functions` with this place's state directory. */
  readonly start: (options?: ServerOptions) => Promise<Server>;
  /** Runs `serve`, which must fail at once. */
  readonly refused: (functions: string, ...flags: string[]) => Promise<CliResult>;
}

async function openPlace(): Promise<Place> {
  const directory = await makeDirectory();
  const state = join(directory, "state");
  const env = { DDSRV_STATE_DIRECTORY: state };
  return {
    state,
    at: (path) => join(directory, path),
    start: (options = {}) =>
      startServer({ directory, ...options, env: { ...env, ...options.env } }),
    refused: (functions, ...flags) => runCli(["serve", functions, "--port=0", ...flags], env),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** Sends a request to the keeper and returns its counts. */
async function keep(server: Server): Promise<string> {
  const response = await fetch(`${server.url}/keeper`, { method: "POST" });
  assert.equal(await response.text(), "kept");
  return await (await fetch(`${server.url}/keeper`)).text();
}

async function stop(server: Server): Promise<void> {
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0, server.output());
}

/**
 * Creates the state of an older version that derived the owner from the control socket and wrote no
 * record, with a number of requests to the keeper. Returns that owner's id and the counts.
 */
async function keepAsFormer(
  place: Place,
  { functions, socket, times }: {
    readonly functions: string;
    readonly socket: string;
    readonly times: number;
  },
): Promise<{ readonly id: string; readonly kept: string }> {
  const id = deriveOwnerId(socket);
  const record = join(place.state, `owners/${id}.json`);
  const own = JSON.stringify({ directory: functions, path: functions });
  await writeFiles(place.state, { [`owners/${id}.json`]: own });
  await using server = await place.start({ functions, files: { "keeper/index.ts": KEEPER } });
  await server.answers("/keeper", EMPTY);
  let kept = "";
  for (let time = 0; time < times; time++) kept = await keep(server);
  await stop(server);
  await Deno.remove(record);
  return { id, kept };
}

Deno.test("owner: data, KV, users and revisions are the same with another control socket", async () => {
  await using place = await openPlace();
  let kept: string;
  {
    await using server = await place.start({
      files: { "keeper/index.ts": KEEPER, "changing/index.ts": answering("one") },
    });
    await server.answers("/keeper", EMPTY);
    await server.answers("/changing", "one");
    kept = await keep(server);
    assert.match(kept, /^kv 1, file 1, \d{10}$/);
    const keptOf = async (): Promise<number> => (await server.inspect("changing")).kept.length;
    // ddsrv does not keep a revision that is replaced before its folder is copied.
    await eventually("the first revision is kept", async () => await keptOf() === 1);
    await server.write({ "changing/index.ts": answering("two") });
    await server.answers("/changing", "two");
    await eventually("both revisions are kept", async () => await keptOf() === 2);
    await stop(server);
  }
  const checked = join(place.state, "checks", deriveOwnerId(place.at("functions")), "keeper.json");
  const { mtime } = await Deno.stat(checked);
  await using again = await place.start({ socket: place.at("other.sock") });
  await again.answers("/keeper", kept);
  assert.deepEqual((await Deno.stat(checked)).mtime, mtime, "it was checked once more");
  const { code, stderr } = await again.cli("rollback", "changing");
  assert.equal(code, 0, stderr);
  await again.answers("/changing", "one");
});

Deno.test("owner: state that an older version stored by socket is adopted, the most recent first", async () => {
  await using place = await openPlace();
  const functions = place.at("functions");
  const others = place.at("others");
  const [old, last] = [
    await keepAsFormer(place, { functions, socket: place.at("cron.sock"), times: 1 }),
    await keepAsFormer(place, { functions, socket: place.at("login.sock"), times: 2 }),
  ];
  // State of another directory, used later than both.
  const other = await keepAsFormer(place, { functions: others, socket: "/run/a.sock", times: 3 });
  {
    // That version is still running.
    const socket = place.at("login.sock");
    using _ = acquireLockFile(place.at(`locks/owner-${last.id}`))!;
    const { code, stderr } = await place.refused(functions, "--socket", socket);
    assert.equal(code, 1);
    assert.ok(stderr.includes(`A supervisor of an older version serves "${functions}"`), stderr);
    assert.ok(stderr.includes(`"${socket}". Stop it`), stderr);
  }
  const data = (id: string): string => `"${join(place.state, "data", id)}"`;
  {
    await using server = await place.start();
    await server.answers("/keeper", last.kept);
    const output = server.output();
    const took = `Adopted the state of an older version for "${functions}": data in `;
    assert.ok(output.includes(took + data(last.id)), output);
    assert.ok(output.includes(`${data(old.id)} also belongs to "${functions}"`), output);
    assert.ok(!output.includes(other.id), output);
    // The file still belongs to the user that wrote it.
    assert.equal(await keep(server), last.kept.replaceAll(" 2,", " 3,"));
    await stop(server);
  }
  await using server = await place.start({ functions: others });
  await server.answers("/keeper", other.kept);
});

Deno.test("owner: a second supervisor of a directory is refused, by any path", async () => {
  await using place = await openPlace();
  const functions = place.at("functions");
  await using server = await place.start({ files: { "app/index.ts": answering("app") } });
  await server.answers("/app", "app");
  const link = place.at("link");
  await Deno.symlink(functions, link);
  const bind = place.at("bind");
  await Deno.mkdir(bind);
  await host("mount", "--bind", functions, bind);
  try {
    for (const path of [functions, `${functions}/../functions/`, link, bind]) {
      for (const state of [place.state, place.at("other-state")]) {
        const flags = ["--socket", place.at("other.sock"), "--state-dir", state];
        const { code, stderr } = await place.refused(path, ...flags);
        assert.equal(code, 1);
        const shown = path.replace("/../functions/", "");
        const as = shown === functions ? "" : `, as "${functions}"`;
        assert.equal(
          stderr,
          `ddsrv: Another supervisor already serves "${shown}"${as}: process ${server.pid}, control ` +
            `socket "${server.socket}". Stop it, or serve another directory\n`,
        );
      }
    }
  } finally {
    await host("umount", bind);
  }
  await server.answers("/app", "app");
});

Deno.test("owner: after kill -9 the directory can be served again, also with another socket", async () => {
  await using place = await openPlace();
  let kept: string;
  {
    await using server = await place.start({ files: { "keeper/index.ts": KEEPER } });
    await server.answers("/keeper", EMPTY);
    kept = await keep(server);
    server.signal("SIGKILL");
    await server.exited;
  }
  await using again = await place.start({ socket: place.at("other.sock") });
  await again.answers("/keeper", kept);
  assert.ok(again.output().includes("Removed leftovers of a killed supervisor"), again.output());
});

Deno.test("owner: a directory behind a link keeps its data when the link changes", async () => {
  await using place = await openPlace();
  const trees = ["one", "two"].map((name) => place.at(`trees/${name}`));
  const [one, two] = trees as [string, string];
  for (const tree of trees) await writeFiles(tree, { "functions/keeper/index.ts": KEEPER });
  // The served directory is below the link, like a directory of a repository.
  const link = place.at("current");
  const functions = join(link, "functions");
  await Deno.symlink(one, link);
  let kept: string;
  {
    await using server = await place.start({ functions });
    await server.answers("/keeper", EMPTY);
    kept = await keep(server);
    await stop(server);
  }
  await Deno.symlink(two, `${link}.new`);
  await Deno.rename(`${link}.new`, link);
  // The first tree may be missing by then.
  await Deno.remove(one, { recursive: true });
  await using again = await place.start({ functions, socket: place.at("other.sock") });
  await again.answers("/keeper", kept);
});

Deno.test("owner: a second supervisor of an ordinary user is refused in another environment", async () => {
  await using user = await ordinaryUser();
  const { directory, command } = user;
  const functions = join(directory, "functions");
  await writeFiles(functions, { "app/index.ts": answering("app") });
  await host("chown", "-R", `${user.uid}:${user.uid}`, functions);
  const flags = ["--isolation=none", "--no-logs"];
  {
    await using server = await startServer({ directory, command, flags, env: user.env });
    await server.answers("/app", "app");
    const [program = "", ...args] = command;
    for (const state of ["state", "elsewhere"]) {
      const { code, stderr } = await new Deno.Command(program, {
        args: [...args, "serve", functions, "--port=0", ...flags],
        env: {
          ...user.env,
          XDG_RUNTIME_DIR: "",
          NO_COLOR: "1",
          DDSRV_STATE_DIRECTORY: join(directory, state),
        },
      }).output();
      const text = new TextDecoder().decode(stderr);
      assert.equal(code, 1, text);
      assert.ok(text.includes(`already serves "${functions}": process ${server.pid}, `), text);
      assert.ok(text.includes(`control socket "${server.socket}". Stop it`), text);
    }
  }
  await assert.rejects(Deno.lstat(`/tmp/ddsrv-${user.uid}`), Deno.errors.NotFound);
});
