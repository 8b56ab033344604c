import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { parseIpv6Address } from "../../lib/config/ipv6_network.ts";
import { createResolver } from "../../lib/namespace/resolve_name.ts";

/** Types of records (RFC 1035, RFC 3596). */
const [A, AAAA] = [1, 28];

/** Records of a name by type; a resolver without an answer for a type stays silent. */
type Records = Readonly<Record<number, readonly string[]>>;

/** A resolver on loopback that knows one name. Disposing of it stops it. */
async function openResolver(
  records: Records,
): Promise<AsyncDisposable & { readonly server: string; readonly asked: number[] }> {
  const socket = createSocket("udp4");
  const asked: number[] = [];
  socket.on("message", (query: Uint8Array, peer) => {
    const end = query.indexOf(0, 12) + 5;
    const type = query[end - 3]!;
    asked.push(type);
    const addresses = records[type];
    if (addresses === undefined) return;
    const answers = addresses.flatMap((address) => {
      const data = bytesOf(address);
      return [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data];
    });
    const head = [query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, addresses.length, 0, 0, 0, 0];
    socket.send(
      Uint8Array.from([...head, ...query.subarray(12, end), ...answers]),
      peer.port,
      peer.address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  return {
    server: `127.0.0.1:${socket.address().port}`,
    asked,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

function bytesOf(address: string): number[] {
  if (address.includes(".")) return address.split(".").map(Number);
  const number = parseIpv6Address(address)!;
  return Array.from({ length: 16 }, (_, at) => Number(number >> BigInt(8 * (15 - at)) & 0xffn));
}

const rows: readonly [what: string, records: Records, both: string[], onlyIpv4: string[]][] = [
  ["both families", { [A]: ["192.0.2.2", "192.0.2.1"], [AAAA]: ["2001:db8::1"] }, [
    "192.0.2.1",
    "192.0.2.2",
    "2001:db8::1",
  ], ["192.0.2.1", "192.0.2.2"]],
  ["IPv4 alone", { [A]: ["192.0.2.1"], [AAAA]: [] }, ["192.0.2.1"], ["192.0.2.1"]],
  ["IPv4, where questions of IPv6 get no answer", { [A]: ["192.0.2.1"] }, ["192.0.2.1"], [
    "192.0.2.1",
  ]],
];

for (const [what, records, both, onlyIpv4] of rows) {
  Deno.test(`createResolver() resolves a name with ${what}`, async () => {
    await using resolver = await openResolver(records);
    for (const [hasIpv6, addresses] of [[true, both], [false, onlyIpv4]] as const) {
      const resolve = createResolver({ servers: [resolver.server], hasIpv6 });
      assert.deepEqual(await resolve("a.test"), { type: "found", addresses, ttlMs: 60_000 });
    }
  });
}

Deno.test("createResolver() resolves a name with IPv6 alone, and asks for it only where it may", async () => {
  await using resolver = await openResolver({ [A]: [], [AAAA]: ["2001:db8:0::1", "2001:db8::1"] });
  const resolve = createResolver({ servers: [resolver.server], hasIpv6: true });
  const found = { type: "found", addresses: ["2001:db8::1"], ttlMs: 60_000 };
  assert.deepEqual(await resolve("a.test"), found);
  assert.deepEqual(resolver.asked.sort(), [A, AAAA]);
});
