import assert from "node:assert/strict";
import { openBystander } from "./support/bystander.ts";
import { streamsFunction } from "./support/fixtures.ts";
import { gateOf, type Server, startServer } from "./support/harness.ts";
import { ask, connect } from "./support/raw_client.ts";

/** A moment at which a client disconnects. */
interface Stage {
  readonly name: string;
  /** Route of the function. */
  readonly route: string;
  /** Part of the request that the client sends after the request line and Host. */
  readonly rest: string;
  /** Event in the function, or response at the client, after which the client disconnects. */
  readonly until: "came" | "read" | RegExp;
  /** Only node:http sees the end of a request whose body it does not read. */
  readonly isOnlyForNode?: true;
}

const STAGES: readonly Stage[] = [
  {
    name: "after the head, before the body",
    route: "read",
    rest: "Content-Length: 10\r\n\r\n",
    until: "came",
  },
  {
    name: "after the head, and the function reads no body",
    route: "wait",
    rest: "Content-Length: 10\r\n\r\n",
    until: "came",
    isOnlyForNode: true,
  },
  { name: "in the body", route: "read", rest: "Content-Length: 10\r\n\r\nabc", until: "read" },
  {
    name: "in a chunked body",
    route: "read",
    rest: "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
    until: "read",
  },
  { name: "before the answer", route: "wait", rest: "\r\n", until: "came" },
  { name: "after an early hint", route: "hints", rest: "\r\n", until: /103/, isOnlyForNode: true },
  { name: "in a chunked answer", route: "chunked", rest: "\r\n", until: /\r\n\r\n[^]*part/ },
  { name: "in a sized answer", route: "sized", rest: "\r\n", until: /\r\n\r\n[^]*part/ },
  // The kernel resets the connection, because the client has not read all data.
  { name: "in an answer that it does not read", route: "flood", rest: "\r\n", until: /^HTTP/ },
];

Deno.test("a client that disconnects aborts its request at every stage", async (test) => {
  await using server = await startServer({
    files: { ...await streamsFunction("aborts"), ...await streamsFunction("node_aborts") },
  });
  for (const name of ["aborts", "node_aborts"]) {
    await server.answers(`/${name}`, "ready");
    using bystander = await openBystander(server, name);
    for (const stage of STAGES.filter((one) => name !== "aborts" || !one.isOnlyForNode)) {
      await test.step(`${name}: ${stage.name}`, async () => {
        await leave(server, name, stage);
        await bystander.goOn();
      });
    }
  }
});

async function leave(server: Server, name: string, stage: Stage): Promise<void> {
  const id = stage.name.replaceAll(/\W/g, "-");
  const method = stage.rest === "\r\n" ? "GET" : "POST";
  const client = await connect(server);
  await client.write(
    `${method} /${name}/${stage.route}/${id} HTTP/1.1\r\nHost: h\r\n${stage.rest}`,
  );
  if (typeof stage.until === "string") {
    await ask(`${server.url}/${name}/noted/${stage.until}%20${id}`);
  } else {
    for (let seen = ""; !stage.until.test(seen);) seen += await client.read(1);
  }
  client.close();
  assert.equal(await ask(`${server.url}/${name}/noted/ended%20${id}`), "cut");
}

/** A function that delays its start until a file exists, and reports its requests. */
const SLOW = `const gate = Deno.env.get("DDSRV_DATA") + "/gate";
for (;;) {
  try { Deno.statSync(gate); break; } catch { await new Promise((go) => setTimeout(go, 20)); }
}
const came: string[] = [];
Deno.serve((request) => {
  came.push(new URL(request.url).pathname);
  return new Response(came.join(" "));
});\n`;

Deno.test("a client that disconnects during a start, within its body, leaves no request behind", async () => {
  await using server = await startServer({ files: { "slow/index.ts": SLOW } });
  await server.said("slow starting");
  for (const body of ["", "abc"]) {
    const gone = await connect(server);
    await gone.write(
      `POST /slow/gone HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n${body}`,
    );
    // The answer to this later request shows that the earlier one waits now.
    assert.equal(await ask(`${server.url}/nobody`), "Function not found");
    gone.close();
  }
  await Deno.writeTextFile(await gateOf(server.socket, "slow"), "");
  assert.equal(await ask(`${server.url}/slow/a`), "/a");
  assert.equal(await ask(`${server.url}/slow/b`), "/a /b");
});
