import { ok } from "node:assert/strict";
import { parseIpv6Address } from "../../lib/config/ipv6_network.ts";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import { type Namespace, openNetwork } from "../../lib/namespace/network.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { WORLD, WORLD6 } from "../world.ts";
import { count } from "./support/harness.ts";
import { keepFlows } from "./support/kept_flows.ts";

/**
 * Sends a datagram from each of a number of sockets; the host keeps a flow for each for a while.
 */
const SEND = `const [count, hostname] = Deno.args;
const kept = [];
for (let index = 0; index < Number(count); index++) {
  const from = hostname.includes(":") ? "::" : "0.0.0.0";
  const socket = Deno.listenDatagram({ transport: "udp", hostname: from, port: 0 });
  kept.push(socket);
  await socket.send(new Uint8Array(1), { transport: "udp", hostname, port: 9 }).catch(() => {});
}
Deno.exit(0);
`;

const ASKED = 2_000;

/** Table limit: less than the demand of two namespaces. */
const MOST = 1_280;

/** Flows that each namespace may open even if the table is full. */
const ALWAYS = 256;

/** Returns the number of flows of namespaces that open many, one after the other. */
async function flows(
  addressRange: string,
  { maxConnections, to = WORLD.server }: {
    readonly maxConnections?: number;
    readonly to?: string;
  } = {},
): Promise<number[]> {
  await using directory = await temporaryDirectory();
  await using network = await openNetwork({
    ownerId: deriveOwnerId(directory.path),
    addressRange,
    dns: [],
    egress: "internet",
    ipv6: { mode: "on", addressRange6: "fdd5:2d1c:9b60::/48" },
    onWarning: (message) => {
      throw new Error(message);
    },
    ...(maxConnections === undefined ? {} : { maxConnections }),
  });
  const sizes: number[] = [];
  for (const asked of [ASKED, ASKED, 100]) {
    await using namespace = await network.open({ label: "app", egress: "internet" });
    sizes.push(await send(namespace, { asked, to }));
  }
  return sizes;
}

async function send(
  { path, address, address6 }: Namespace,
  { asked, to }: { readonly asked: number; readonly to: string },
): Promise<number> {
  const sender = new Deno.Command("nsenter", {
    args: [`--net=${path}`, Deno.execPath(), "eval", "--quiet", "--unstable-net", SEND].concat(
      "--",
      String(asked),
      to,
    ),
  });
  const { success, stderr } = await sender.output();
  ok(success, new TextDecoder().decode(stderr));
  const table = await Deno.readTextFile("/proc/net/nf_conntrack");
  const [source, destination] = [to === WORLD.server ? address : address6!, to].map(inFull);
  return count(table, `src=${source} dst=${destination} `);
}

/** Returns an address as the kernel writes it in this table: IPv6 with all of its digits. */
function inFull(address: string): string {
  const number = parseIpv6Address(address);
  if (number === undefined) return address;
  return number.toString(16).padStart(32, "0").match(/.{4}/g)!.join(":");
}

Deno.test("attacks: functions together can't fill the host's connection tracking table", async () => {
  await using _kept = await keepFlows();
  const [first, second] = await flows("10.98.0.0/16");
  ok(first! > ASKED * 0.9 && second! > ASKED * 0.9, `without a bound: ${first}, ${second}`);
  // Use other addresses, because ended flows stay in the table for a while.
  const [one, two, late] = await flows("10.99.0.0/16", { maxConnections: MOST });
  ok(one! <= MOST + ALWAYS && one! > MOST / 2, `the first has ${one}`);
  ok(one! + two! <= MOST + 2 * ALWAYS, `the second has ${two} besides ${one}`);
  ok(late! >= 90, `one that comes late still has connections: ${late}`);
});

Deno.test("attacks: by IPv6, functions together can't fill the host's connection tracking table", async () => {
  await using _kept = await keepFlows();
  const to = WORLD6.server;
  const [first] = await flows("10.96.0.0/16", { to });
  ok(first! > ASKED * 0.9, `without a bound: ${first}`);
  const [one, two, late] = await flows("10.97.0.0/16", { maxConnections: MOST, to });
  ok(one! <= MOST + ALWAYS && one! > MOST / 2, `the first has ${one}`);
  ok(one! + two! <= MOST + 2 * ALWAYS, `the second has ${two} besides ${one}`);
  ok(late! >= 90, `one that comes late still has connections: ${late}`);
});
