import { ok } from "node:assert/strict";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import { type Namespace, openNetwork } from "../../lib/namespace/network.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { WORLD } from "../world.ts";
import { count } from "./support/harness.ts";
import { keepFlows } from "./support/kept_flows.ts";

/**
 * Sends a datagram from each of a number of sockets; the host keeps a flow for each for a while.
 */
const SEND = `const [count, hostname] = Deno.args;
const kept = [];
for (let index = 0; index < Number(count); index++) {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
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
async function flows(addressRange: string, maxConnections?: number): Promise<number[]> {
  await using directory = await temporaryDirectory();
  await using network = await openNetwork({
    ownerId: deriveOwnerId(directory.path),
    addressRange,
    dns: [],
    egress: "internet",
    onWarning: (message) => {
      throw new Error(message);
    },
    ...(maxConnections === undefined ? {} : { maxConnections }),
  });
  const sizes: number[] = [];
  for (const asked of [ASKED, ASKED, 100]) {
    await using namespace = await network.open({ label: "app", egress: "internet" });
    sizes.push(await send(namespace, asked));
  }
  return sizes;
}

async function send({ path, address }: Namespace, asked: number): Promise<number> {
  const sender = new Deno.Command("nsenter", {
    args: [`--net=${path}`, Deno.execPath(), "eval", "--quiet", "--unstable-net", SEND].concat(
      "--",
      String(asked),
      WORLD.server,
    ),
  });
  const { success, stderr } = await sender.output();
  ok(success, new TextDecoder().decode(stderr));
  const table = await Deno.readTextFile("/proc/net/nf_conntrack");
  const held = count(table, `src=${address} dst=${WORLD.server} `);
  return held;
}

Deno.test("attacks: functions together can't fill the host's connection tracking table", async () => {
  await using _kept = await keepFlows();
  const [first, second] = await flows("10.98.0.0/16");
  ok(first! > ASKED * 0.9 && second! > ASKED * 0.9, `without a bound: ${first}, ${second}`);
  // Use other addresses, because ended flows stay in the table for a while.
  const [one, two, late] = await flows("10.99.0.0/16", MOST);
  ok(one! <= MOST + ALWAYS && one! > MOST / 2, `the first has ${one}`);
  ok(one! + two! <= MOST + 2 * ALWAYS, `the second has ${two} besides ${one}`);
  ok(late! >= 90, `one that comes late still has connections: ${late}`);
});
