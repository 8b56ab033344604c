import assert from "node:assert/strict";
import { join } from "node:path";
import { answering, eventually, host, makeDirectory, startServer } from "./support/harness.ts";
import { walk } from "./support/traces.ts";

/** A function that writes request bodies to its data and returns the result. */
const WRITER = `const path = Deno.env.get("DDSRV_DATA")! + "/written";
Deno.serve(async (request) => {
  if (request.method === "GET") return new Response("writer");
  const size = Number(await request.text());
  try {
    using file = await Deno.open(path, { write: true, create: true });
    for (let at = 0; at < size; at += 2 ** 20) {
      const piece = crypto.getRandomValues(new Uint8Array(2 ** 16));
      for (let part = 0; part < 16; part++) await file.write(piece);
    }
    await file.sync();
    return new Response("written");
  } catch (error) {
    return new Response(String(error));
  }
});
`;

/** Fills a file system completely. */
async function fill(directory: string): Promise<string> {
  const path = join(directory, "filler");
  await host("dd", "if=/dev/zero", `of=${path}`, "bs=64k", "status=none");
  return path;
}

Deno.test("full disk: functions keep serving, all problems are reported, and ddsrv recovers when there is space", async () => {
  const directory = await makeDirectory();
  const state = join(directory, "state");
  await Deno.mkdir(state, { mode: 0o700 });
  await host("mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", state);
  try {
    await using server = await startServer({
      isChecked: true,
      directory,
      files: {
        "ddsrv.json": '{ "dataSize": "16MiB" }',
        "old/index.ts": answering("old"),
        "writer/index.ts": WRITER,
      },
      env: { DDSRV_STATE_DIRECTORY: state },
    });
    await server.answers("/old", "old");
    await server.answers("/writer", "writer");
    const [users] = [...Deno.readDirSync(join(state, "users"))]
      .map(({ name }) => join(state, "users", name)) as [string];
    const recorded = await Deno.readTextFile(users);
    // Afterwards, nothing in the background removes files of its own from the full disk.
    await eventually("snapshots of both", async () => {
      const kept = (await walk(join(state, "snapshots"))).filter((path) => /index\.ts$/.test(path));
      return kept.length === 2 && kept.every((path) => !path.includes("/."));
    });
    const filler = await fill(state);
    assert.notEqual(await written(server.url, 2 ** 23), "written");

    // A new function, and new code of a running one.
    await server.write({ "new/index.ts": answering("new") });
    await server.write({ "old/index.ts": answering("newer") });
    await server.said("new failed");
    assert.match((await server.cli("list")).stdout, /old .*ready/);
    await server.answers("/writer", "writer");
    const still = JSON.parse(await Deno.readTextFile(users));
    for (const [name, uid] of Object.entries(JSON.parse(recorded))) assert.equal(still[name], uid);
    assert.match(server.output(), /No space left|is full\. Make room/);

    await Deno.remove(filler);
    await server.answers("/new", "new");
    await server.answers("/old", "newer");
    await server.answers("/writer", "writer");
    let last = "";
    await eventually("it writes again", async () => {
      last = await written(server.url, 2 ** 20).catch(String);
      return last === "written";
    }, { now: () => `${last}\n${server.output()}` });
    assert.match(await Deno.readTextFile(users), /"new":/);
  } finally {
    await host("umount", "--lazy", state);
    await Deno.remove(directory, { recursive: true });
  }
});

async function written(url: string, bytes: number): Promise<string> {
  return await (await fetch(`${url}/writer`, { method: "POST", body: String(bytes) })).text();
}
