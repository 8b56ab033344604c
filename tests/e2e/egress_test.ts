import assert from "node:assert/strict";
import { WORLD } from "../world.ts";
import { eventually, type Server, startServer } from "./support/harness.ts";
import { PROBE, probe } from "./support/probe.ts";

const SEEN = "sees 198.51.100.2\n";
const REFUSED = /^failed: (ConnectionRefused|TypeError: .*refused)/;

async function reaches(server: Server, name: string, url: string): Promise<void> {
  const host = new URL(url).hostname;
  let answer = "";
  // A start does not wait for slow name resolution.
  await eventually(`${name} reaches ${host}`, async () => {
    answer = await probe(server, name, `fetch|${url}`);
    return answer.endsWith(SEEN);
  }, { now: () => answer });
}

async function isRefused(server: Server, name: string, target: string): Promise<void> {
  assert.match(await probe(server, name, `connect|${target}`), REFUSED, `${name} to ${target}`);
}

Deno.test("egress list opens only the named hosts and ports", async () => {
  await using server = await startServer({
    flags: ["--egress=full"],
    files: {
      "network/index.ts": PROBE,
      "network/ddsrv.json": '{ "egress": ["192.168.77.0/24", "203.0.113.10:8080"] }',
      "named/index.ts": PROBE,
      "named/ddsrv.json": '{ "egress": ["server.test:80", "nobody.test:443"] }',
      "open/index.ts": PROBE,
      "host/index.ts": PROBE,
      "host/ddsrv.json": '{ "egress": ["198.51.100.2:80"] }',
    },
  });
  for (const name of ["network", "named", "open", "host"]) await server.said(`${name} ready`);
  await reaches(server, "network", `http://${WORLD.neighbour}/`);
  await reaches(server, "network", `http://${WORLD.server}:8080/`);
  for (const target of [`${WORLD.server} 80`, `${WORLD.other} 80`, `${WORLD.metadata} 80`]) {
    await isRefused(server, "network", target);
  }
  await reaches(server, "named", "http://server.test/");
  await reaches(server, "named", `http://${WORLD.server}/`);
  for (const target of [`${WORLD.server} 8080`, `${WORLD.neighbour} 80`, `${WORLD.other} 80`]) {
    await isRefused(server, "named", target);
  }
  // The function can't use a resolver, because queries could carry data to any host.
  await isRefused(server, "named", `${WORLD.resolver} 53`);
  const lookUp = await probe(server, "named", "fetch|http://neighbour.test/");
  assert.match(lookUp, /^failed: /);
  // Positive control: a function with full egress reaches the refused addresses.
  for (const target of [`${WORLD.server} 8080`, `${WORLD.neighbour} 80`, `${WORLD.resolver} 53`]) {
    const what = `${target.endsWith("53") ? "resolve|server.test" : `connect|${target}`}`;
    assert.ok(!(await probe(server, "open", what)).startsWith("failed"), target);
  }
  await server.said('named: Egress to "nobody.test": it does not resolve');
  const { egress, problems } = await server.inspect("named");
  assert.equal(egress, "server.test:80, nobody.test:443");
  assert.equal(problems.length, 1);
  await isRefused(server, "host", "198.51.100.2 80");
  assert.match(
    (await server.inspect("host")).problems.join(),
    /^Egress names 198\.51\.100\.2, which is an address of this host: functions cannot reach the/,
  );
  assert.match((await server.inspect("network")).problems.join(), /^$/);
});

Deno.test("SIGHUP grants one function a private network, and no other", async () => {
  await using server = await startServer({
    files: { "db/index.ts": PROBE, "other/index.ts": PROBE },
  });
  for (const name of ["db", "other"]) {
    await server.said(`${name} ready`);
    await isRefused(server, name, `${WORLD.neighbour} 80`);
  }
  const { pid } = await server.inspect("other");
  const from = server.output().length;
  await server.write({
    "ddsrv.json": `{ "functions": { "db": { "egress": ["${WORLD.neighbour}:80"] } } }`,
  });
  server.signal("SIGHUP");
  await server.said("db ready", from);
  await reaches(server, "db", `http://${WORLD.neighbour}/`);
  await isRefused(server, "db", `${WORLD.server} 8080`);
  await isRefused(server, "other", `${WORLD.neighbour} 80`);
  assert.equal((await server.inspect("other")).pid, pid);
  assert.equal((await server.inspect("db")).egress, `${WORLD.neighbour}:80`);
});

Deno.test("egress list follows a name whose address changes, and opens one that appears", async () => {
  const tell = async (names: Record<string, string>): Promise<void> => {
    const response = await fetch(`http://${WORLD.server}/names`, {
      method: "POST",
      body: JSON.stringify(names),
    });
    await response.body?.cancel();
  };
  await tell({ "moving.test": WORLD.server });
  await using server = await startServer({
    files: {
      "app/index.ts": PROBE,
      "app/ddsrv.json": '{ "egress": ["moving.test:80", "late.test:80"] }',
    },
  });
  await server.said("app ready");
  await eventually("moving.test leads to its first address", async () => {
    const answer = await probe(server, "app", "fetch|http://moving.test/");
    return answer === `${WORLD.server} ${SEEN}`;
  });
  assert.match(await probe(server, "app", "fetch|http://late.test/"), /^failed: /);
  await tell({ "moving.test": WORLD.other, "late.test": WORLD.other });
  const now = `${WORLD.other} ${SEEN}`;
  for (const name of ["moving.test", "late.test"]) {
    await eventually(
      `${name} leads elsewhere`,
      async () => await probe(server, "app", `fetch|http://${name}/`) === now,
    );
  }
  await eventually(
    "where it led before is closed again",
    async () => REFUSED.test(await probe(server, "app", `connect|${WORLD.server} 80`)),
  );
  await eventually(
    "nothing is left to complain of",
    async () => (await server.inspect("app")).problems.length === 0,
  );
});

Deno.test("egress list of a manifest can't exceed the operator's", async () => {
  const manifest = (...egress: string[]): string => JSON.stringify({ egress });
  await using server = await startServer({
    files: {
      "private/index.ts": PROBE,
      "private/ddsrv.json": manifest("10.0.0.0/8"),
      // The owner of a name may point it to any address.
      "rebound/index.ts": PROBE,
      "rebound/ddsrv.json": manifest("neighbour.test:80", "metadata.test:80", "server.test:80"),
      "public/index.ts": PROBE,
      "public/ddsrv.json": manifest("203.0.113.0/24"),
    },
  });
  await server.said("rebound ready");
  await server.said("public ready");
  await server.said("private failed");
  const { detail } = await server.inspect("private");
  assert.match(
    detail!,
    /asks for egress "10\.0\.0\.0\/8", but the settings allow only "internet"/,
  );
  await reaches(server, "public", `http://${WORLD.other}/`);
  await reaches(server, "rebound", "http://server.test/");
  await isRefused(server, "rebound", `${WORLD.neighbour} 80`);
  await isRefused(server, "rebound", `${WORLD.metadata} 80`);
  let problems: readonly string[] = [];
  await eventually("two problems", async () => {
    ({ problems } = await server.inspect("rebound"));
    return problems.length === 2;
  }, { now: () => problems.join("\n") });
  for (const one of problems) assert.match(one, /which the egress policy refuses/);
});

Deno.test("egress list of the operator limits every function", async () => {
  await using server = await startServer({
    flags: ["--egress", `${WORLD.server}:80,192.168.0.0/16,server.test:80`],
    files: {
      "all/index.ts": PROBE,
      "less/index.ts": PROBE,
      "less/ddsrv.json": `{ "egress": ["${WORLD.neighbour}:80"] }`,
      "none/index.ts": PROBE,
      "none/ddsrv.json": '{ "egress": "none" }',
      "more/index.ts": PROBE,
      "more/ddsrv.json": '{ "egress": "internet" }',
      "name/index.ts": PROBE,
      "name/ddsrv.json": '{ "egress": ["server.test:8080"] }',
    },
  });
  for (const name of ["all", "less", "none"]) await server.said(`${name} ready`);
  for (const name of ["more", "name"]) await server.said(`${name} failed`);
  await reaches(server, "all", `http://${WORLD.neighbour}/`);
  await reaches(server, "all", "http://server.test/");
  await reaches(server, "less", `http://${WORLD.neighbour}/`);
  await isRefused(server, "less", `${WORLD.server} 80`);
  await isRefused(server, "none", `${WORLD.neighbour} 80`);
  const { detail } = await server.inspect("more");
  assert.match(detail!, /but the settings allow only "203\.0\.113\.10:80, 192\.168\.0\.0\/16/);
});
