import assert from "node:assert/strict";
import { WORLD } from "../world.ts";
import { eventually, type Server, startServer } from "./support/harness.ts";
import { PROBE, probe } from "./support/probe.ts";

/** Tries an operation and logs how it failed, and a burst of connections for `burst`. */
const LOUD = `
async function attempt(what: string, argument: string): Promise<void> {
  const [hostname = "", port] = argument.split(" ");
  switch (what) {
    case "write": return Deno.writeTextFileSync(argument, "x");
    case "fetch": return void await fetch(argument);
    case "run": return void new Deno.Command(argument).outputSync();
    case "ffi": return void Deno.dlopen(argument, {});
    case "burst":
      for (let last = 1; last <= 200; last++) {
        await Deno.connect({ hostname: hostname + "." + last, port: 80 }).catch(() => {});
      }
      return;
    default: (await Deno.connect({ hostname, port: Number(port) })).close();
  }
}
Deno.serve(async (request) => {
  const [what = "", argument = ""] = decodeURIComponent(new URL(request.url).pathname.slice(1)).split("|");
  try {
    await attempt(what, argument);
    return new Response("done");
  } catch (error) {
    if (what !== "connect") console.error(error);
    return new Response("failed");
  }
});
`;

/** Returns the marks in a function's log. */
async function marks(server: Server, name: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${server.logs}/${name}.log`);
  return [...text.matchAll(/ddsrv: (.* (?:refused|denied|is refused).*)/g)].map(([, mark]) =>
    mark!
  );
}

Deno.test("a function's log explains what policy refuses, each cause once", async () => {
  await using server = await startServer({
    files: {
      "app/index.ts": LOUD,
      "other/index.ts": PROBE,
      "closed/index.ts": LOUD,
      "closed/ddsrv.json": '{ "egress": "none" }',
      "named/index.ts": LOUD,
      "named/ddsrv.json": '{ "egress": ["server.test:80"] }',
      "brief/index.ts": `
await Deno.connect({ hostname: "${WORLD.neighbour}", port: 5432 });
`,
    },
  });
  for (const name of ["app", "other", "closed", "named"]) await server.said(`${name} ready`);
  const other = await probe(server, "other", "interfaces");
  const [, address] = /eth0 (\d+\.\d+\.\d+\.\d+)/.exec(other)!;
  const attempts = [
    [`connect|${WORLD.neighbour} 5432`, `connection to ${WORLD.neighbour}:5432 refused: egress is`],
    [`connect|${WORLD.metadata} 80`, `connection to ${WORLD.metadata}:80 refused: it is a cloud's`],
    ["connect|198.51.100.2 22", "connection to 198.51.100.2:22 refused: it is an address of this"],
    [`connect|${address} 8000`, `connection to ${address}:8000 refused: it is another function`],
    ["write|/data", "write to /data denied: only the directory in DDSRV_DATA and /tmp are"],
    [
      "run|ls",
      'run of ls denied: the operator can grant run to this function: "functions": { "app"',
    ],
    ["ffi|/x.so", "load of /x.so denied: the operator can grant ffi to this function"],
  ] as const;
  for (let times = 0; times < 3; times++) {
    for (const [attempt] of attempts) assert.equal(await probe(server, "app", attempt), "failed");
  }
  await eventually("app's log has a mark for each", async () => {
    const found = await marks(server, "app");
    return attempts.every(([, mark]) => found.some((one) => one.startsWith(mark)));
  }, { now: () => server.output() });
  assert.equal((await marks(server, "app")).length, attempts.length);

  await probe(server, "closed", `connect|${WORLD.server} 80`);
  await server.said(
    `connection to ${WORLD.server}:80 refused: egress is "none" (add it to "egress" in its ddsrv.json)`,
  );
  assert.equal(await probe(server, "named", "fetch|http://neighbour.test/"), "failed");
  await server.said(
    "ddsrv: the name neighbour.test refused: its egress list does not name this host",
  );
  // It exits at once, again and again.
  await eventually("the log of a function that exits has a mark", async () => {
    const found = await marks(server, "brief");
    return found.some((one) => one.startsWith(`connection to ${WORLD.neighbour}:5432 refused`));
  });

  // Positive control: egress allows this one.
  assert.equal(await probe(server, "app", `connect|${WORLD.server} 80`), "done");
  await probe(server, "closed", "burst|10.9.9");
  await eventually("a burst ends in few marks", async () => {
    const found = await marks(server, "closed");
    return found.at(-1)!.startsWith("more is refused");
  });
  assert.ok((await marks(server, "closed")).length <= 11);
  assert.equal((await marks(server, "app")).length, attempts.length);
  assert.deepEqual(await marks(server, "other"), []);
});
