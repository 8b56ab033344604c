// Attacks by IPv6 of docs/security.md, each with a positive control. Most need root of a namespace,
// which no function has.
import assert from "node:assert/strict";
import { WORLD6 } from "../world.ts";
import { eventually, host, type Server, startServer } from "./support/harness.ts";
import { addressOf6, gatewayOf6, HOST6, ownLines } from "./support/ipv6.ts";
import {
  advertisement,
  ECHO,
  inside,
  redirect,
  routerAdvertisement,
  sendFragmented,
  sendIcmp,
  sendRouted,
  solicitation,
} from "./support/packets.ts";
import { PROBE, probe } from "./support/probe.ts";

interface Scene extends AsyncDisposable {
  readonly server: Server;
  /** Namespace of the hostile function. */
  readonly namespace: string;
  readonly own: string;
  readonly victim: string;
  /** Number of packets that the firewall has dropped for their source, or for a routing header. */
  readonly dropped: (counter: "spoofed" | "routed") => Promise<number>;
}

async function openScene(...flags: string[]): Promise<Scene> {
  const server = await startServer({
    flags,
    files: { "hostile/index.ts": PROBE, "victim/index.ts": PROBE },
  });
  for (const name of ["hostile", "victim"]) await server.said(`${name} ready`);
  const namespace = (await server.inspect("hostile")).namespace!;
  const table = `ddsrv_${namespace.split("-")[1]}`;
  return {
    server,
    namespace,
    own: await addressOf6(server, "hostile"),
    victim: await addressOf6(server, "victim"),
    async dropped(counter) {
      const text = await host("nft", "list", "counter", "inet", table, counter);
      return Number(/packets (\d+)/.exec(text)![1]);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const LINK = "02dd0a0b0c0d";

Deno.test("attacks: by IPv6, packets with another function's source address are dropped and counted", async () => {
  await using scene = await openScene();
  const { namespace, own, victim } = scene;
  const url = `http://[${WORLD6.server}]/`;
  const fetchFrom = (source: string, ...options: string[]): Promise<string> =>
    inside(namespace, "curl", "-s", "-g", ...options, "--interface", source, url);
  assert.equal(await fetchFrom(own), `${WORLD6.server} sees ${HOST6}\n`);
  for (const source of [victim, gatewayOf6(own), "2001:db8::bad", "fd00::bad", "3ffe:ffff:1::2"]) {
    await inside(namespace, "ip", "addr", "add", `${source}/128`, "dev", "eth0", "nodad");
    const count = await scene.dropped("spoofed");
    assert.equal(await fetchFrom(source, "-m", "1"), "", source);
    assert.ok(await scene.dropped("spoofed") > count, source);
  }
});

Deno.test("attacks: by IPv6, a function can't take over neighbours, routes or addresses of the host", async () => {
  await using scene = await openScene();
  const { server, namespace, own, victim } = scene;
  const state = async (): Promise<string[][]> => [
    await ownLines(server.functions, "ip", "-6", "route", "show"),
    await ownLines(server.functions, "ip", "-6", "-o", "addr", "show", "scope", "global"),
    await ownLines(server.functions, "ip", "-6", "neigh", "show", "nud", "permanent"),
  ];
  const before = await state();
  // The firewall lets through no other source, and the router's must be link-local.
  await inside(namespace, "ip", "addr", "add", "fe80::bad/64", "dev", "eth0", "nodad");
  const gateway = gatewayOf6(own);
  const packets: (readonly [to: string, message: string])[] = [gateway, "ff02::1", "ff02::2"]
    .flatMap((to) =>
      [
        [to, advertisement(victim, LINK)],
        [to, advertisement(gatewayOf6(victim), LINK)],
        [to, solicitation(victim, LINK)],
        [to, routerAdvertisement("fd99::")],
        [to, redirect("fe80::bad", WORLD6.server)],
        [to, ECHO],
      ] as const
    );
  for (const from of [own, "fe80::bad"]) {
    for (const [to, message] of packets) await sendIcmp(namespace, { from, to, message });
  }
  assert.deepEqual(await state(), before);
  // Those to a group end before their source is looked at.
  assert.ok(await scene.dropped("spoofed") >= packets.length / 3);
  assert.equal(
    await probe(server, "victim", `fetch|http://[${WORLD6.server}]/`),
    `${WORLD6.server} sees ${HOST6}\n`,
  );
});

Deno.test("attacks: by IPv6, nothing answers a function's packets to the host, its neighbours or all nodes", async () => {
  await using scene = await openScene("--egress=full");
  const { namespace, own, victim } = scene;
  for (const to of [gatewayOf6(own), gatewayOf6(victim), victim, HOST6, "ff02::1", "ff02::2"]) {
    const before = await received(namespace);
    // Positive control: a server of the internet answers, after any that is nearer.
    for (const one of [to, WORLD6.server]) {
      await sendIcmp(namespace, { from: own, to: one, message: ECHO });
    }
    await eventually("the server answers", async () => await received(namespace) > before);
    assert.equal(await received(namespace), before + 1, to);
  }
});

/** Number of echo replies that a namespace has received. */
async function received(namespace: string): Promise<number> {
  const counters = await inside(namespace, "cat", "/proc/net/snmp6");
  return Number(/^Icmp6InEchoReplies\s+(\d+)$/m.exec(counters)![1]);
}

Deno.test("attacks: by IPv6, a routing header takes no packet past the firewall", async () => {
  await using scene = await openScene();
  const { namespace } = scene;
  const before = await scene.dropped("routed");
  await sendFragmented(namespace, { to: WORLD6.server, port: 9, bytes: 1 });
  assert.equal(await scene.dropped("routed"), before);
  await sendRouted(namespace, { first: WORLD6.server, further: WORLD6.neighbour, port: 9 });
  assert.equal(await scene.dropped("routed"), before + 1);
});

Deno.test("attacks: by IPv6, fragments reach only what whole packets reach", async () => {
  await using scene = await openScene();
  const { namespace } = scene;
  const listener = new Deno.Command("ip", {
    args: ["netns", "exec", "world", Deno.execPath(), "eval", "--quiet", "--unstable-net", COUNT],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = listener.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    assert.equal((await lines.read()).value, "listening\n");
    for (const to of [WORLD6.neighbour, WORLD6.metadata, WORLD6.translated, WORLD6.server]) {
      await sendFragmented(namespace, { to, port: 4_000, bytes: 5_000 });
    }
    // What was sent first would have arrived first.
    assert.equal((await lines.read()).value, `${WORLD6.server} 5000\n`);
  } finally {
    listener.kill("SIGKILL");
    await lines.cancel();
    await listener.status;
  }
});

/** Prints the address and size of each datagram that arrives at the pretend internet. */
const COUNT = `const addresses = ${JSON.stringify(Object.values(WORLD6))};
for (const hostname of addresses) {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 4000 });
  (async () => {
    for await (const [bytes] of socket) console.log(hostname + " " + bytes.length);
  })();
}
console.log("listening");
`;
