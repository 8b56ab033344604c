import assert from "node:assert/strict";
import { type Namespace, type Network, openNetwork } from "../../lib/namespace/network.ts";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import { host, makeDirectory } from "./support/harness.ts";

const COUNT = 40;

async function withNetwork(test: (network: Network) => Promise<void>): Promise<void> {
  const directory = await makeDirectory();
  try {
    await using network = await openNetwork({
      ownerId: deriveOwnerId(directory),
      addressRange: "10.213.0.0/16",
      dns: [],
      egress: "internet",
      ipv6: { mode: "on", addressRange6: "fdd5:2d1c:9b60::/48" },
      onWarning() {},
    });
    await test(network);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function openMany(network: Network): Promise<PromiseSettledResult<Namespace>[]> {
  return Promise.allSettled(
    Array.from({ length: COUNT }, () => network.open({ label: "app", egress: "internet" })),
  );
}

/**
 * Returns the kernel's counts of an owner's links, namespaces and sources allowed by the firewall.
 */
async function inventory({ owner }: Network): Promise<number[]> {
  const links = await host("ip", "-br", "link", "show", "type", "veth");
  const namespaces = await host("ip", "netns", "list");
  const sources = await host("nft", "list", "set", "inet", owner.table, "sources");
  const count = (text: string, part: string): number => text.split(part).length - 1;
  return [
    count(links, owner.interfacePrefix),
    count(namespaces, owner.namespacePrefix),
    count(sources, owner.interfacePrefix),
  ];
}

function namespacesOf(results: readonly PromiseSettledResult<Namespace>[]): Namespace[] {
  return results.filter((one) => one.status === "fulfilled").map((one) => one.value);
}

function reasonsOf(results: readonly PromiseSettledResult<Namespace>[]): string[] {
  return results.filter((one) => one.status === "rejected").map((one) => one.reason.message);
}

async function closeMany(namespaces: readonly Namespace[]): Promise<void> {
  await Promise.all(namespaces.map((one) => one[Symbol.asyncDispose]()));
}

Deno.test("namespaces: many open and close concurrently, each with its own addresses", async () => {
  await withNetwork(async (network) => {
    const namespaces = namespacesOf(await openMany(network));
    assert.equal(namespaces.length, COUNT);
    assert.deepEqual(await inventory(network), [COUNT, COUNT, COUNT]);
    for (const family of ["address", "address6"] as const) {
      assert.equal(new Set(namespaces.map((one) => one[family])).size, COUNT);
    }
    for (const { name, address, address6 } of namespaces) {
      const addresses = await host("ip", "-n", name, "-br", "-4", "addr", "show", "dev", "eth0");
      assert.match(addresses, new RegExp(`UP +${address}/31`));
      const routes = await host("ip", "-n", name, "route", "show", "default");
      assert.match(routes, /^default via \S+ dev eth0/);
      const addresses6 = await host("ip", "-n", name, "-br", "-6", "addr", "show", "dev", "eth0");
      assert.match(addresses6, new RegExp(`UP +${address6}/127 *\n$`));
      const settings = ["accept_ra", "accept_redirects"].map((one) =>
        `/proc/sys/net/ipv6/conf/eth0/${one}`
      );
      assert.equal(await host("ip", "netns", "exec", name, "cat", ...settings), "0\n0\n");
    }
    await closeMany(namespaces);
    assert.deepEqual(await inventory(network), [0, 0, 0]);
  });
});

Deno.test("namespaces: one whose name exists fails without affecting others in the batch", async () => {
  await withNetwork(async (network) => {
    // ip(8) can't remove a directory.
    const taken = [7, 23].map((index) => `/run/netns/${network.owner.namespacePrefix}${index}`);
    for (const path of taken) await Deno.mkdir(path);
    const results = await openMany(network);
    for (const path of taken) await Deno.remove(path);
    assert.deepEqual(
      results.flatMap((one, index) => one.status === "rejected" ? [index + 1] : []),
      [7, 23],
    );
    for (const reason of reasonsOf(results)) assert.match(reason, /File exists/);
    assert.deepEqual(await inventory(network), [COUNT - 2, COUNT - 2, COUNT - 2]);
    await closeMany(namespacesOf(results));
    assert.deepEqual(await inventory(network), [0, 0, 0]);
  });
});

Deno.test("namespaces: leftovers of an earlier failure do not prevent a new one", async () => {
  await withNetwork(async (network) => {
    const { owner } = network;
    await host("ip", "netns", "add", `${owner.namespacePrefix}7`);
    await host("ip", "link", "add", `${owner.interfacePrefix}23`, "type", "veth");
    const results = await openMany(network);
    assert.deepEqual(reasonsOf(results), []);
    await closeMany(namespacesOf(results));
    assert.deepEqual(await inventory(network), [0, 0, 0]);
  });
});

Deno.test("namespaces: those that the firewall refuses are removed completely", async () => {
  await withNetwork(async (network) => {
    await host("nft", "flush", "chain", "inet", network.owner.table, "prerouting");
    await host("nft", "delete", "set", "inet", network.owner.table, "sources");
    const results = await openMany(network);
    assert.equal(namespacesOf(results).length, 0);
    for (const reason of reasonsOf(results)) assert.match(reason, /"nft -f -" failed/);
    assert.deepEqual((await inventory(network)).slice(0, 2), [0, 0]);
  });
});

Deno.test("namespaces: one that was removed by hand does not prevent others from closing", async () => {
  await withNetwork(async (network) => {
    const namespaces = namespacesOf(await openMany(network));
    assert.equal(namespaces.length, COUNT);
    await host("ip", "link", "del", `${network.owner.interfacePrefix}3`);
    await host("ip", "netns", "del", namespaces[8]!.name);
    await closeMany(namespaces);
    assert.deepEqual(await inventory(network), [0, 0, 0]);
  });
});
