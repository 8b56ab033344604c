import assert from "node:assert/strict";
import { answering, startServer } from "./harness.ts";
import { startCli } from "./live_cli.ts";

const files = {
  "blog/index.ts": answering("blog"),
  "news/index.ts": answering("news"),
  "shop/index.ts": answering("shop"),
};

Deno.test("remove: several, each once, and nothing of them is left", async () => {
  await using server = await startServer({ files });
  for (const name of ["blog", "news", "shop"]) await server.answers(`/${name}`, name);
  const { namespace } = await server.inspect("shop");
  assert.deepEqual(await server.cli("rm", "shop", "blog", "shop"), {
    code: 0,
    stdout: "",
    stderr: "shop removed\nblog removed\n",
  });
  await assert.rejects(Deno.stat(`/run/netns/${namespace}`));
  assert.deepEqual(names(server.functions), ["news"]);
  const json = await server.cli("rm", "news", "--json", "--purge");
  assert.deepEqual([json.code, json.stderr], [0, ""]);
  assert.deepEqual(JSON.parse(json.stdout), [{ name: "news", status: "removed" }]);
});

Deno.test("remove: one unknown name, and nothing is removed", async () => {
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

Deno.test("remove: on a terminal it asks first", async () => {
  await using server = await startServer({ files });
  await server.answers("/shop", "shop");
  const env = { DDSRV_SOCKET: server.socket };
  const table: readonly (readonly [
    args: readonly string[],
    question: string,
    answer: string,
    code: number,
    last: string,
  ])[] = [
    [["shop"], "Remove shop and what serves there? [y/N] ", "\n", 1, "Nothing was removed"],
    [["shop"], "Remove shop and what serves there? [y/N] ", "nö\n", 1, "Nothing was removed"],
    // Ctrl-D: the end of the input.
    [["shop"], "Remove shop and what serves there? [y/N] ", "\x04", 1, "Nothing was removed"],
    [
      ["shop", "blog", "--purge"],
      "Remove shop, blog, what serves there and all data kept there, for good? [y/N] ",
      "no\n",
      1,
      "Nothing was removed",
    ],
    [["blog"], "Remove blog and what serves there? [y/N] ", "Yes\n", 0, "blog removed"],
    [
      ["shop", "--purge"],
      "Remove shop, what serves there and all data kept there, for good? [y/N] ",
      "y\n",
      0,
      "shop removed, with its data",
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
  assert.deepEqual([unasked.code, unasked.stdout], [0, "news removed\r\n"]);
  assert.deepEqual(names(server.functions), []);
});

function names(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory)).map((entry) => entry.name).sort();
}
