import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { join } from "node:path";
import { answering, makeDirectory, startServer } from "./support/harness.ts";

/** A function that counts its starts in each persistent place, and returns its user. */
const KEEPER = `const kv = await Deno.openKv();
const starts = ((await kv.get<number>(["starts"])).value ?? 0) + 1;
await kv.set(["starts"], starts);
localStorage.setItem("starts", String(Number(localStorage.getItem("starts") ?? 0) + 1));
const log = Deno.env.get("DDSRV_DATA") + "/starts";
await Deno.writeTextFile(log, "x", { append: true });
Deno.serve(async (request) => {
  const path = new URL(request.url).searchParams.get("write");
  if (path !== null) return new Response(await Deno.writeTextFile(path, "x").then(() => "wrote", (e) => e.name));
  return Response.json([starts, localStorage.getItem("starts"), await Deno.readTextFile(log), Deno.uid()]);
});
`;

Deno.test("data survives reloads and restarts, and is removed with the function", async () => {
  const directory = await makeDirectory();
  const files = { "keeper/index.ts": KEEPER, "other/index.ts": KEEPER };
  const ask = async (url: string): Promise<[number, string, string, number]> =>
    await (await fetch(`${url}/keeper`)).json();
  let uid: number;
  {
    await using server = await startServer({ directory, files });
    await server.said("keeper ready");
    await server.said("other ready");
    const first = await ask(server.url);
    uid = first[3];
    deepEqual(first, [1, "1", "x", uid]);
    notEqual((await (await fetch(`${server.url}/other`)).json())[3], uid);
    equal((await server.cli("reload", "keeper")).code, 0);
    deepEqual(await ask(server.url), [2, "2", "xx", uid]);
    const write = async (path: string): Promise<string> =>
      await (await fetch(`${server.url}/keeper?write=${path}`)).text();
    equal(await write("/ddsrv/data/more"), "wrote");
    for (const path of ["/ddsrv/cache/x", "/ddsrv/x", "/ddsrv/data/../env.json", "/usr/x"]) {
      match(await write(path), /NotCapable|PermissionDenied|ReadOnly/, path);
    }
  }
  await using server = await startServer({ directory });
  await server.said("keeper ready");
  deepEqual(await ask(server.url), [3, "3", "xxx", uid]);
  const supervisor = await server.cli("remove", "keeper", "--purge");
  equal(supervisor.code, 0, supervisor.stderr);
  match(supervisor.stderr, /^keeper and its data removed\n$/);
  await server.write({ "keeper/index.ts": KEEPER });
  await server.said("keeper ready", server.output().indexOf("keeper stopped"));
  deepEqual((await ask(server.url)).slice(0, 3), [1, "1", "x"]);
  server.signal("SIGTERM");
  await server.exited;
  await Deno.remove(directory, { recursive: true });
});

Deno.test("data directories use a configured range of user ids", async () => {
  await using server = await startServer({
    files: { "ddsrv.json": '{ "uidRange": "300000-300001" }', "one/index.ts": answering("one") },
  });
  await server.answers("/one", "one");
  const { pid } = await server.inspect("one");
  match(await Deno.readTextFile(join("/proc", String(pid), "status")), /^Uid:\s+300001\s/m);
  await server.write({ "two/index.ts": answering("two") });
  await server.said("All user ids from 300000 to 300001 belong to functions");
});
