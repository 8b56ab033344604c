import assert from "node:assert/strict";
import { join } from "node:path";
import { answering, COMMAND, eventually, type Server, startServer } from "./support/harness.ts";
import { isParked } from "./support/parked.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { readChildren } from "../../lib/system/children.ts";

/** Code that answers with a text and with what it sees of its own start. */
function telling(text: string): string {
  return `const begun = Deno.env.get("WORD") ?? "";
    Deno.serve(() => new Response(${JSON.stringify(text)} + " " + begun));\n`;
}

async function nextStartOf(server: Server, name: string): Promise<string | null> {
  return (await server.inspect(name)).nextStart;
}

/** Returns the processes of functions in sandboxes, also of those that have not started yet. */
async function innerProcesses(server: Server): Promise<number[]> {
  const found: number[] = [];
  for (const outer of await readChildren(server.pid)) {
    const [first] = await readChildren(outer);
    const [inner] = first === undefined ? [] : await readChildren(first);
    if (inner === undefined) continue;
    const command = await Deno.readTextFile(`/proc/${inner}/cmdline`).catch(() => "");
    // The fetcher of modules has no preload module; the recorder of the shared code cache has one.
    if (command.includes("--preload=") && !command.includes("record.js")) found.push(inner);
  }
  return found;
}

/** Returns the process that waits in the parked sandbox of the server's only function. */
async function waitingProcess(server: Server, servingPid: number): Promise<number> {
  let waiting: number[] = [];
  await eventually("exactly one process waits", async () => {
    waiting = (await innerProcesses(server)).filter((pid) => pid !== servingPid);
    return waiting.length === 1;
  });
  return waiting[0]!;
}

/** Waits until the next start is prepared; returns the present process and the one that waits. */
async function prepared(server: Server, kind = "parked"): Promise<[present: number, next: number]> {
  await isParked(server, "app", kind);
  const { pid } = await server.inspect("app");
  return [pid!, await waitingProcess(server, pid!)];
}

Deno.test("a parked sandbox becomes the next instance, unless anything has changed", async () => {
  await using server = await startServer({
    isParking: true,
    files: { "app/index.ts": telling("one") },
  });
  const pidOf = async (): Promise<number | null> => (await server.inspect("app")).pid;
  const reload = async (): Promise<void> => {
    const { code, stderr } = await server.cli("reload", "app");
    assert.equal(code, 0, stderr);
  };
  const isGone = (pid: number): Promise<void> =>
    eventually(`process ${pid} is gone`, async () => {
      return await Deno.stat(`/proc/${pid}`).then(() => false, () => true);
    });
  /** Makes a change, and expects that the start after it is a new one. */
  const expectNew = async (change: () => Promise<void>, text: string): Promise<void> => {
    const [, next] = await prepared(server);
    await change();
    await server.answers("/app", text);
    await isGone(next);
    assert.notEqual(await pidOf(), next);
  };

  await server.answers("/app", "one ");
  {
    const [present, next] = await prepared(server);
    await reload();
    assert.equal(await pidOf(), next, "a reload continues the parked start");
    await isGone(present);
  }
  {
    const [, next] = await prepared(server);
    await server.write({ "app/index.ts": telling("two") });
    await server.answers("/app", "two ");
    assert.equal(await pidOf(), next, "the sandbox shows the folder, also with new code");
  }
  {
    const [, next] = await prepared(server);
    Deno.kill(next, "SIGKILL");
    await eventually("nothing waits", async () => await nextStartOf(server, "app") === null);
    await reload();
    await server.answers("/app", "two ");
  }
  await expectNew(() => server.write({ "app/.env": "WORD=three" }), "two three");
  await expectNew(() => server.write({ "app/ddsrv.json": '{ "memory": "200MiB" }' }), "two three");
  const folder = join(server.functions, "app");
  await expectNew(async () => {
    await Deno.rename(folder, join(server.directory, "old"));
    await server.write({
      "app/index.ts": telling("two"),
      "app/.env": "WORD=three",
      "app/ddsrv.json": '{ "memory": "200MiB" }',
    });
    await Deno.writeTextFile(join(server.directory, "old/index.ts"), telling("of the old folder"));
    await reload();
  }, "two three");
  await expectNew(async () => {
    await server.write({ "deno.json": "{}" });
    await reload();
  }, "two three");
  await expectNew(async () => {
    await Deno.remove(join(await dataDirectoryOf(server), "app"), { recursive: true });
    await reload();
  }, "two three");
  await prepared(server);
  assert.equal((await server.cli("rm", "app")).code, 0);
  assert.deepEqual(await innerProcesses(server), []);
});

async function dataDirectoryOf({ socket }: Server): Promise<string> {
  using control = connectControl(socket);
  return (await control.supervisor()).dataDirectory;
}

Deno.test("a warm instance has read none of the function's code", async () => {
  await using server = await startServer({
    isParking: true,
    files: { "app/index.ts": telling("one"), "app/ddsrv.json": '{ "warm": true }' },
  });
  await server.answers("/app", "one ");
  const [, next] = await prepared(server, "warm");
  // The program that prepares the sandbox becomes Deno.
  await eventually("Deno waits", async () => {
    return (await Deno.readTextFile(`/proc/${next}/comm`)).startsWith("deno");
  });
  await server.write({ "app/index.ts": telling("two") });
  await server.answers("/app", "two ");
  assert.equal((await server.inspect("app")).pid, next);
});

Deno.test("parked sandboxes keep to their number, and end with the supervisor", async () => {
  await using server = await startServer({
    isParking: true,
    flags: ["--parked", "1"],
    files: { "app/index.ts": answering("app") },
  });
  await server.answers("/app", "app");
  await isParked(server, "app");
  await server.write({ "b/index.ts": answering("b") });
  await server.answers("/b", "b");
  await isParked(server, "b");
  assert.equal(await nextStartOf(server, "app"), null);
  let all: number[] = [];
  await eventually("the parked sandbox of app has ended", async () => {
    all = await innerProcesses(server);
    return all.length === 3;
  });
  server.signal("SIGKILL");
  await server.exited;
  await eventually("all sandboxes are gone", () => areGone(all));
  // The next supervisor removes namespaces and control groups.
  await using next = await startServer({ directory: server.directory });
  await next.said("Removed leftovers of a killed supervisor");
});

/** Open files that the supervisor may have: enough for nine functions, not for nine parked ones. */
const FEW_FILES = 130;

/** Runs ddsrv where nothing shows control groups, and with few open files. */
const ON_SMALL_HOST: readonly string[] = [
  ...["unshare", "--mount", "--propagation", "private", "sh", "-c"],
  `mount -t tmpfs tmpfs /sys/fs/cgroup && exec prlimit --nofile=${FEW_FILES}:${FEW_FILES} "$@"`,
  "sh",
  ...COMMAND,
];

Deno.test("a host without control groups and with few open files: parked sandboxes give way silently", async () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  await using server = await startServer({
    isParking: true,
    command: ON_SMALL_HOST,
    files: Object.fromEntries(names.map((name) => [`${name}/index.ts`, answering(name)])),
  });
  await server.said("Warning: This host has no cgroup controller for memory, pids, cpu");
  for (const name of names) await server.answers(`/${name}`, name);
  const parked = async (): Promise<number> =>
    (await Promise.all(
      [...names, "new"].map((name) => nextStartOf(server, name).catch(() => null)),
    ))
      .filter((state) => state !== null).length;
  await eventually("some are parked", async () => await parked() > 0);
  await server.write({ "new/index.ts": answering("new") });
  await server.answers("/new", "new");
  assert.ok(await parked() < names.length);

  // Another file in place of the code, many times a second.
  for (let version = 1; version <= 50; version++) {
    await server.write({ "../version.ts": answering(`${version}`) });
    await Deno.rename(join(server.directory, "version.ts"), join(server.functions, "a/index.ts"));
    const answer = await fetch(`${server.url}/a`);
    await answer.body?.cancel();
    assert.equal(answer.status, 200);
  }
  await server.answers("/a", "50");
  const serving = names.length + 1;
  await eventually("one namespace for each sandbox and the fetcher", async () => {
    const [sandboxes, namespaces] = [await innerProcesses(server), await namespacesOf(server)];
    return sandboxes.length === serving + await parked() &&
      namespaces.length === sandboxes.length + 1;
  });
  const said = server.output().split("Listening on ")[1]!;
  assert.doesNotMatch(said, /Cannot|failed|Warning/);

  const all = await innerProcesses(server);
  server.signal("SIGKILL");
  await server.exited;
  await eventually("all sandboxes are gone", () => areGone(all));
  await using next = await startServer({ directory: server.directory });
  await next.said("Removed leftovers of a killed supervisor");
});

/** Returns the network namespaces of the functions directory. */
async function namespacesOf({ socket }: Server): Promise<string[]> {
  using control = connectControl(socket);
  const owner = (await control.supervisor()).dataDirectory.split("/").at(-1)!;
  const found = await Array.fromAsync(Deno.readDir("/run/netns"));
  return found.map(({ name }) => name).filter((name) => name.startsWith(`ddsrv-${owner}-`));
}

async function areGone(pids: readonly number[]): Promise<boolean> {
  const found = await Promise.all(
    pids.map((pid) => Deno.stat(`/proc/${pid}`).then(() => true, () => false)),
  );
  return !found.includes(true);
}
