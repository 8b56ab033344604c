import assert from "node:assert/strict";
import type { Peer } from "../proxy/harness.ts";
import { openBystander } from "./support/bystander.ts";
import { streamsFunction } from "./support/fixtures.ts";
import { type Server, startServer } from "./support/harness.ts";
import { ask, connect, readAnswer } from "./support/raw_client.ts";

/** An in-flight request when its function dies, and the expected result for its client. */
interface Stage {
  readonly name: string;
  /** The request, from the function's route on. */
  readonly request: string;
  /** Event in the function, or text that the client has read, after which the function dies. */
  readonly until: "came" | "read" | string;
  /** `cut`: the answer is recognizably incomplete. */
  readonly sees: "502" | "cut";
}

const STAGES: readonly Stage[] = [
  { name: "idle", request: "wait/idle HTTP/1.1\r\nHost: h\r\n\r\n", until: "came", sees: "502" },
  {
    name: "uploading",
    request: "read/uploading HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc",
    until: "read",
    sees: "502",
  },
  {
    name: "hinted",
    request: "hints/hinted HTTP/1.1\r\nHost: h\r\n\r\n",
    until: "\r\n\r\n",
    sees: "502",
  },
  {
    name: "chunked",
    request: "chunked/chunked HTTP/1.1\r\nHost: h\r\n\r\n",
    until: "part\r\n",
    sees: "cut",
  },
  { name: "sized", request: "sized/sized HTTP/1.1\r\nHost: h\r\n\r\n", until: "part", sees: "cut" },
  {
    name: "sized-for-1.0",
    request: "sized/old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    until: "part",
    sees: "cut",
  },
];

Deno.test("a function that crashes leaves no truncated answer that looks complete", async (test) => {
  await using server = await startServer({
    isParking: true,
    files: { ...await streamsFunction("node_aborts"), ...await streamsFunction("events") },
  });
  await server.answers("/events", "ready");
  for (const how of ["exit", "kill"] as const) {
    await test.step(how, () => dieAmidst(server, how));
  }
});

async function dieAmidst(server: Server, how: "exit" | "kill"): Promise<void> {
  await server.answers("/node_aborts", "ready");
  using bystander = await openBystander(server, "events");
  const begun: { readonly stage: Stage; readonly client: Peer }[] = [];
  for (const stage of STAGES) begun.push({ stage, client: await begin(server, stage) });
  if (how === "kill") {
    const { pid } = await server.inspect("node_aborts");
    Deno.kill(pid!, "SIGKILL");
  } else assert.match(await ask(`${server.url}/node_aborts/exit`), /^Error forwarding request/);
  for (const { stage, client } of begun) {
    if (stage.sees === "502") {
      const { head, body } = await readAnswer(client);
      assert.match(head, /^HTTP\/1\.1 502 /, stage.name);
      assert.match(body, /^Error forwarding request: /);
    } else assert.equal(await client.readAll(), "", stage.name);
    client.close();
  }
  await bystander.goOn();
}

async function begin(server: Server, stage: Stage): Promise<Peer> {
  const client = await connect(server);
  const method = stage.request.includes("Content-Length") ? "POST" : "GET";
  await client.write(`${method} /node_aborts/${stage.request}`);
  if (stage.until === "came" || stage.until === "read") {
    await ask(`${server.url}/node_aborts/noted/${stage.until}%20${stage.name}`);
  } else {
    await client.readUntil(stage.until);
  }
  return client;
}
