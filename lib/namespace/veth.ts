import type { Lease } from "./lease.ts";

/**
 * What `ip -batch -` makes on the host's side: the namespace, the veth pair and the host's address.
 * The label goes into the interface's alias for people to read; it must be free of white space.
 */
export function openHostBatch(lease: Lease, alias: string): string {
  const { namespace, interface: name, addresses } = lease;
  return batch([
    `netns add ${namespace}`,
    `link add ${name} type veth peer name eth0 netns ${namespace}`,
    // No fe80:: on the host's end: there is nothing for a function to reach there.
    `link set ${name} addrgenmode none`,
    `link set ${name} alias ${alias} up`,
    `addr add ${addresses.host}/31 dev ${name}`,
  ]);
}

/** What `ip -n NAMESPACE -batch -` makes on the function's side. */
export function openPeerBatch(lease: Lease): string {
  return batch([
    "link set lo up",
    "link set eth0 addrgenmode none",
    `addr add ${lease.addresses.peer}/31 dev eth0`,
    "link set eth0 up",
    `route add default via ${lease.addresses.host}`,
  ]);
}

/**
 * What `ip -force -batch -` takes away. The link goes first: a namespace that some process still
 * holds would otherwise keep it.
 */
export function closeBatch(leases: readonly Pick<Lease, "interface" | "namespace">[]): string {
  return batch([
    ...leases.map((lease) => `link del ${lease.interface}`),
    ...leases.map((lease) => `netns del ${lease.namespace}`),
  ]);
}

function batch(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
