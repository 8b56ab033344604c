import assert from "node:assert/strict";
import { join } from "node:path";
import { answering, eventually, makeDirectory, startServer } from "./support/harness.ts";
import { startCli } from "./support/live_cli.ts";

const ALL = ", and permanently delete the data and variables? [y/N] ";

const files = {
  "blog/index.ts": answering("blog"),
  "news/index.ts": answering("news"),
  "shop/index.ts": answering("shop"),
};

Deno.test("remove removes several functions completely", async () => {
  await using server = await startServer({ files });
  for (const name of ["blog", "news", "shop"]) await server.answers(`/${name}`, name);
  const { namespace } = await server.inspect("shop");
  assert.deepEqual(await server.cli("rm", "shop", "blog", "shop"), {
    code: 0,
    stdout: "",
    stderr: "shop and its data removed\nblog and its data removed\n",
  });
  await assert.rejects(Deno.stat(`/run/netns/${namespace}`));
  assert.deepEqual(names(server.functions), ["news"]);
  const json = await server.cli("rm", "news", "--json");
  assert.deepEqual([json.code, json.stderr], [0, ""]);
  assert.deepEqual(JSON.parse(json.stdout), [{ name: "news", status: "removed" }]);
});

Deno.test("remove removes nothing if a name is unknown", async () => {
  await using server = await startServer({ files });
  await server.answers("/shop", "shop");
  for (
    const [name, said] of [
      ["shp", 'There is no function "shp". Did you mean "shop"? See: ddsrv list'],
      ["../shop", 'There is no function "../shop". See: ddsrv list'],
      ["nothing", 'There is no function "nothing". See: ddsrv list'],
    ] as const
  ) {
    assert.deepEqual(await server.cli("rm", "shop", name), {
      code: 4,
      stdout: "",
      stderr: `ddsrv: ${said}\n`,
    });
  }
  assert.deepEqual(names(server.functions), ["blog", "news", "shop"]);
});

Deno.test("remove asks for confirmation on a terminal", async () => {
  await using server = await startServer({ files });
  // A function that has never started has no data.
  for (const name of ["shop", "blog"]) await server.answers(`/${name}`, name);
  const env = { DDSRV_SOCKET: server.socket };
  const table: readonly (readonly [
    args: readonly string[],
    question: string,
    answer: string,
    code: number,
    last: string,
  ])[] = [
    [["shop"], `Stop and remove shop${ALL}`, "\n", 1, "Nothing was removed"],
    [["shop"], `Stop and remove shop${ALL}`, "nö\n", 1, "Nothing was removed"],
    // Ctrl-D: the end of the input.
    [["shop"], `Stop and remove shop${ALL}`, "\x04", 1, "Nothing was removed"],
    [
      ["shop", "blog", "--purge"],
      "Stop and remove shop, blog, and permanently delete the data and variables? [y/N] ",
      "no\n",
      1,
      "Nothing was removed",
    ],
    [
      ["blog", "--keep-data"],
      "Stop and remove blog? Data and variables are kept. [y/N] ",
      "Yes\n",
      0,
      "blog removed; the next function of this name gets its data",
    ],
    [
      ["blog"],
      "Permanently delete the data and variables of blog? [y/N] ",
      "y\n",
      0,
      "Data of blog removed",
    ],
    [
      ["shop", "--purge"],
      "Stop and remove shop, and permanently delete the data and variables? [y/N] ",
      "y\n",
      0,
      "shop and its data removed",
    ],
  ];
  for (const [args, question, answer, code, last] of table) {
    const removing = startCli(["rm", ...args], { env, isTerminal: true });
    await removing.said(question);
    await removing.write(answer);
    const ended = await removing.ended;
    assert.equal(ended.code, code, answer);
    assert.ok(ended.stdout.endsWith(`${last}\r\n`), JSON.stringify(ended.stdout));
  }
  const unasked = await startCli(["rm", "news", "-y"], { env, isTerminal: true }).ended;
  assert.deepEqual([unasked.code, unasked.stdout], [0, "news and its data removed\r\n"]);
  assert.deepEqual(names(server.functions), []);
});

/** A function that reports data of an earlier function of the same name, and stores its own. */
const HEIR = `const kv = await Deno.openKv();
const path = Deno.env.get("DDSRV_DATA")! + "/secret";
const found = [(await kv.get(["secret"])).value, localStorage.getItem("secret"),
  await Deno.readTextFile(path).catch(() => null)].map((one) => one ?? "-").join(" ");
await kv.set(["secret"], "kv");
localStorage.setItem("secret", "local");
await Deno.writeTextFile(path, "file");
Deno.serve(() => new Response(found));
`;

Deno.test("remove deletes data unless --keep-data is given", async () => {
  await using server = await startServer({ files: { "shop/index.ts": HEIR } });
  const again = async (code = HEIR): Promise<void> => {
    const from = server.output().length;
    await server.write({ "shop/index.ts": code });
    await server.said("shop ready", from);
  };
  await server.answers("/shop", "- - -");
  assert.equal((await server.cli("rm", "shop", "--keep-data")).code, 0);
  await again();
  await server.answers("/shop", "kv local file");
  assert.equal((await server.cli("rm", "shop")).code, 0);
  await again(`${HEIR}// Other code.\n`);
  await server.answers("/shop", "- - -");
  // Nor any code of an earlier function.
  await eventually("its own code is kept", async () => {
    const { kept, revision } = await server.inspect("shop");
    return kept.includes(revision!);
  });
  assert.equal((await server.inspect("shop")).kept.length, 1);
});

Deno.test("remove deletes the data of a folder that was removed by hand", async () => {
  await using server = await startServer({ files: { "shop/index.ts": HEIR } });
  await server.answers("/shop", "- - -");
  const [folder, aside] = [`${server.functions}/shop`, `${server.directory}/shop`];
  // A deployment may move a folder away and back.
  await Deno.rename(folder, aside);
  await server.said("shop stopped");
  const from = server.output().length;
  await Deno.rename(aside, folder);
  await server.said("shop ready", from);
  await server.answers("/shop", "kv local file");
  await Deno.remove(folder, { recursive: true });
  await server.said("shop stopped", from);
  const removed = await server.cli("rm", "shop");
  assert.deepEqual([removed.code, removed.stderr], [0, "Data of shop removed\n"]);
  const gone = await server.cli("rm", "shop");
  assert.deepEqual([gone.code, /There is no function "shop"/.test(gone.stderr)], [4, true]);
});

Deno.test("remove: the next start cleans up an interrupted removal", async () => {
  const directory = await makeDirectory();
  const state = join(directory, "state");
  const env = { DDSRV_STATE_DIRECTORY: state };
  const left = async (): Promise<string> => {
    await using server = await startServer({ directory, env });
    const [owner] = names(join(state, "data"));
    await server.said("No functions yet");
    return join(state, "data", owner!, ".ddsrv-removed-0");
  };
  const path = await left();
  await Deno.mkdir(path);
  await left();
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  await Deno.remove(directory, { recursive: true });
});

function names(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory)).map((entry) => entry.name).sort();
}
