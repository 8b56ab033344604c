// Functions reach out and are reached by IPv6, with the policy of IPv4.
import assert from "node:assert/strict";
import { readOptionalTextFile } from "../../lib/system/read_optional_text_file.ts";
import { WORLD, WORLD6 } from "../world.ts";
import {
  answering,
  eventually,
  host,
  makeDirectory,
  type Server,
  startServer,
} from "./support/harness.ts";
import { addressOf6, forwardingRecord, gatewayOf6, HOST6, ownLines } from "./support/ipv6.ts";
import { continueParked } from "./support/parked.ts";
import { PROBE, probe } from "./support/probe.ts";

const SEEN = `sees ${HOST6}\n`;
const REFUSED = /^failed: (ConnectionRefused|TypeError: .*refused)/;

async function reaches(server: Server, name: string, url: string): Promise<void> {
  let answer = "";
  // A start does not wait for slow name resolution.
  await eventually(`${name} reaches ${url}`, async () => {
    answer = await probe(server, name, `fetch|${url}`);
    return answer.endsWith(SEEN);
  }, { now: () => answer });
}

async function isRefused(server: Server, name: string, target: string): Promise<void> {
  assert.match(await probe(server, name, `connect|${target}`), REFUSED, `${name} to ${target}`);
}

Deno.test("ipv6: destinations that a function with egress internet can reach", async () => {
  await using server = await startServer({
    isParking: true,
    files: { "probe/index.ts": PROBE, "other/index.ts": PROBE },
  });
  for (const name of ["probe", "other"]) await server.said(`${name} ready`);
  await continueParked(server, "probe", "other");
  const [own, other] = [await addressOf6(server, "probe"), await addressOf6(server, "other")];
  // A service on all addresses of the host; a function must not reach any of them.
  const service = Deno.listen({ hostname: "::", port: 0 });
  const { port } = service.addr;
  const accepting = (async () => {
    for await (const connection of service) connection.close();
  })();
  for (const hostname of [HOST6, gatewayOf6(own), gatewayOf6(other)]) {
    (await Deno.connect({ hostname, port })).close();
  }
  for (const url of [`http://[${WORLD6.server}]/`, "http://server6.test/"]) {
    assert.equal(await probe(server, "probe", `fetch|${url}`), `${WORLD6.server} ${SEEN}`);
  }
  const refused = [
    `${other} 8000`,
    `${HOST6} ${port}`,
    `${gatewayOf6(own)} ${port}`,
    `${gatewayOf6(other)} ${port}`,
    `::1 ${port}`,
    `::ffff:198.51.100.2 ${port}`,
    `::ffff:${WORLD.neighbour} 80`,
    `::ffff:${WORLD.metadata} 80`,
    ...[WORLD6.neighbour, WORLD6.metadata, WORLD6.translated, WORLD6.tunnelled]
      .map((address) => `${address} 80`),
    `${WORLD6.documentation} 80`,
  ];
  for (const target of refused) await isRefused(server, "probe", target);
  // Names of the public internet may lead anywhere.
  for (const name of ["neighbour6", "metadata6", "translated6", "mapped6"]) {
    await isRefused(server, "probe", `${name}.test 80`);
  }
  for (
    const target of [
      "fe80::1%eth0 80",
      "fe80::1 80",
      "ff02::1%eth0 80",
      "ff02::1 80",
      "::10.0.0.1 80",
    ]
  ) {
    assert.match(await probe(server, "probe", `connect|${target}`), /^failed: /, target);
  }
  service.close();
  await accepting.catch(() => {});
});

Deno.test("ipv6: destinations that functions with egress none and full can reach", async () => {
  await using server = await startServer({
    flags: ["--egress=full"],
    files: {
      "shut/index.ts": PROBE,
      "shut/ddsrv.json": '{ "egress": "none" }',
      "open/index.ts": PROBE,
    },
  });
  for (const name of ["shut", "open"]) await server.said(`${name} ready`);
  for (const address of [WORLD6.server, WORLD6.neighbour, WORLD6.documentation]) {
    assert.equal(
      await probe(server, "open", `fetch|http://[${address}]/`),
      `${address} ${SEEN}`,
    );
    await isRefused(server, "shut", `${address} 80`);
  }
  for (const address of [WORLD6.metadata, WORLD6.translated, WORLD6.tunnelled]) {
    // Positive control: the host reaches it.
    (await Deno.connect({ hostname: address, port: 80 })).close();
    await isRefused(server, "open", `${address} 80`);
  }
  await isRefused(server, "open", `${await addressOf6(server, "shut")} 8000`);
  await isRefused(server, "shut", `${WORLD6.resolver} 53`);
});

Deno.test("ipv6: egress lists open networks, services and names, and nothing that a name leads to below internet", async () => {
  await using server = await startServer({
    isParking: true,
    files: {
      "ddsrv.json": `{ "functions": {
        "network": { "egress": ["fd77:77::/32", "[${WORLD6.server}]:8080"] },
        "named": { "egress": ["server6.test:80", "neighbour6.test:80", "both.test:80"] }
      } }`,
      "network/index.ts": PROBE,
      "named/index.ts": PROBE,
      "rebound/index.ts": PROBE,
      "rebound/ddsrv.json": JSON.stringify({
        egress: ["neighbour6", "metadata6", "translated6", "mapped6", "loopback6", "server6"]
          .map((name) => `${name}.test:80`),
      }),
      "private/index.ts": PROBE,
      "private/ddsrv.json": '{ "egress": ["fd77:77::/32"] }',
    },
  });
  for (const name of ["network", "named", "rebound"]) await server.said(`${name} ready`);
  await server.said("private failed");
  await reaches(server, "network", `http://[${WORLD6.neighbour}]/`);
  await reaches(server, "network", `http://[${WORLD6.server}]:8080/`);
  for (const target of [`${WORLD6.server} 80`, `${WORLD6.other} 80`, `${WORLD6.resolver} 53`]) {
    await isRefused(server, "network", target);
  }
  await reaches(server, "named", "http://server6.test/");
  await reaches(server, "named", "http://neighbour6.test/");
  await reaches(server, "named", `http://[${WORLD6.server}]/`);
  assert.match(await probe(server, "named", "fetch|http://both.test/"), / sees /);
  for (const target of [`${WORLD6.server} 8080`, `${WORLD6.other} 80`, `${WORLD6.resolver} 53`]) {
    await isRefused(server, "named", target);
  }
  await reaches(server, "rebound", "http://server6.test/");
  const { neighbour, metadata, translated } = WORLD6;
  for (const address of [neighbour, metadata, translated, `::ffff:${WORLD.neighbour}`]) {
    await isRefused(server, "rebound", `${address} 80`);
  }
  let problems: readonly string[] = [];
  await eventually("five problems", async () => {
    ({ problems } = await server.inspect("rebound"));
    return problems.length === 5;
  }, { now: () => problems.join("\n") });
  for (const one of problems) {
    assert.match(one, /which the egress policy refuses|which is an address of this host/);
  }
});

Deno.test("ipv6: a function's log names what policy refuses", async () => {
  await using server = await startServer({
    files: { "app/index.ts": PROBE, "other/index.ts": PROBE },
  });
  for (const name of ["app", "other"]) await server.said(`${name} ready`);
  const other = await addressOf6(server, "other");
  const marks = [
    [WORLD6.neighbour, 'egress is "internet" (the operator can add it'],
    [WORLD6.metadata, "it is a cloud's metadata service"],
    [HOST6, "it is an address of this host"],
    [other, "it is another function"],
  ] as const;
  for (const [address] of marks) await isRefused(server, "app", `${address} 80`);
  for (const [address, why] of marks) {
    await server.said(`connection to [${address}]:80 refused: ${why}`);
  }
});

Deno.test("ipv6: functions reach resolvers, and --dns names them by IPv6", async () => {
  await using server = await startServer({
    flags: ["--dns", WORLD6.resolver],
    files: { "app/index.ts": PROBE },
  });
  await server.said("app ready");
  assert.equal(await probe(server, "app", "resolve|server.test"), WORLD.server);
  assert.equal(
    await probe(server, "app", "fetch|http://server6.test/"),
    `${WORLD6.server} ${SEEN}`,
  );
  await isRefused(server, "app", `${WORLD6.resolver} 80`);
});

Deno.test("ipv6: with --ipv6=off, a namespace has no IPv6 but loopback", async () => {
  await using server = await startServer({
    flags: ["--ipv6=off"],
    files: { "app/index.ts": PROBE, "six/index.ts": SIX, "six/ddsrv.json": SHORT },
  });
  await server.said("app ready");
  const { namespace } = await server.inspect("app");
  assert.equal(await host("ip", "-n", namespace!, "-6", "addr", "show", "dev", "eth0"), "");
  assert.match(await probe(server, "app", `connect|${WORLD6.server} 80`), /^failed: /);
  const table = await host("nft", "list", "table", "inet", `ddsrv_${namespace!.split("-")[1]}`);
  assert.ok(!table.includes("ip6"), table);
  await server.said(
    "six failed: It listens only on an IPv6 address (port 3000), and functions have",
  );
});

const SHORT = '{ "startTimeout": "1s" }';

/** Returns code that answers on a socket of node:http, which DENO_SERVE_ADDRESS does not move. */
const listening = (options: string): string =>
  `import net from "node:net";
net.createServer((socket) => {
  socket.once("data", () => socket.end("HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nsix"));
}).listen({ port: 3000, ${options} });\n`;

const SIX = listening('host: "::1"');

Deno.test("ipv6: functions that listen on ::1, ::, or :: for IPv6 alone are served", async () => {
  await using server = await startServer({
    files: {
      "loopback/index.ts": SIX,
      "dual/index.ts": listening('host: "::"'),
      "only/index.ts": listening('host: "::", ipv6Only: true'),
      "deno/index.ts": `for await (const one of Deno.listen({ hostname: "::1", port: 3000 })) {
        await one.read(new Uint8Array(4096));
        const text = "HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nConnection: close\\r\\n\\r\\nsix";
        await one.write(new TextEncoder().encode(text));
        one.close();
      }\n`,
    },
  });
  for (const name of ["loopback", "dual", "only", "deno"]) await server.answers(`/${name}`, "six");
  assert.match((await server.inspect("loopback")).upstream!, /^\[fd.*\]:3000$/);
  assert.match((await server.inspect("dual")).upstream!, /^10\.\d+\.\d+\.\d+:3000$/);
});

/** What a supervisor adds to the host for IPv6, besides the host's own lines. */
async function hostState(functions: string): Promise<unknown[]> {
  return [
    await readOptionalTextFile(forwardingRecord(functions)),
    await ownLines(functions, "ip", "-6", "route"),
    await ownLines(functions, "nft", "list", "tables"),
  ];
}

Deno.test("ipv6: what ddsrv adds to the host is gone after a stop", async () => {
  // Linux before 6.17 has no such setting, and the pretend host forwards there.
  const forwarding = (): Promise<string | undefined> =>
    readOptionalTextFile("/proc/sys/net/ipv6/conf/uplink/force_forwarding");
  const isThere = await forwarding() !== undefined;
  const all = await Deno.readTextFile("/proc/sys/net/ipv6/conf/all/forwarding");
  const directory = await makeDirectory();
  try {
    let before: unknown;
    let functions: string;
    {
      await using server = await startServer({
        directory,
        files: { "app/index.ts": answering("app") },
      });
      functions = server.functions;
      await server.answers("/app", "app");
      if (isThere) assert.equal(await forwarding(), "1\n");
      if (isThere) assert.equal(await readOptionalTextFile(forwardingRecord(functions)), "");
      assert.equal(await Deno.readTextFile("/proc/sys/net/ipv6/conf/all/forwarding"), all);
      before = await hostState(functions);
      assert.match(JSON.stringify(before), /dev dd[0-9a-f]{6}f1 .*table inet ddsrv_/);
    }
    const after = await hostState(functions);
    assert.equal(after[0], undefined);
    assert.doesNotMatch(JSON.stringify(after), /dev dd|ddsrv_/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("ipv6: the next start removes what a killed supervisor has left", async () => {
  const directory = await makeDirectory();
  try {
    const first = await startServer({ directory, files: { "app/index.ts": answering("app") } });
    const { functions } = first;
    await first.answers("/app", "app");
    first.signal("SIGKILL");
    await first.exited;
    assert.match(JSON.stringify(await hostState(functions)), /dev dd[0-9a-f]{6}f1 .*ddsrv_/);
    const second = await startServer({ directory });
    await second.answers("/app", "app");
    await second[Symbol.asyncDispose]();
    const [record, ...lines] = await hostState(functions);
    assert.equal(record, undefined);
    assert.doesNotMatch(JSON.stringify(lines), /dev dd|ddsrv_/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("ipv6: ddsrv restores the firewall's rules of IPv6 after a flush", async () => {
  await using server = await startServer({
    files: { "probe/index.ts": PROBE, "other/index.ts": PROBE },
  });
  for (const name of ["probe", "other"]) await server.said(`${name} ready`);
  const other = await addressOf6(server, "other");
  const { namespace } = await server.inspect("probe");
  await isRefused(server, "probe", `${other} 8000`);
  await host("nft", "delete", "table", "inet", `ddsrv_${namespace!.split("-")[1]}`);
  await server.said("ddsrv created it again");
  await isRefused(server, "probe", `${other} 8000`);
  await isRefused(server, "probe", `${WORLD6.neighbour} 80`);
  await reaches(server, "probe", `http://[${WORLD6.server}]/`);
});
