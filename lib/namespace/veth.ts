import type { Lease } from "./lease.ts";
import type { Owner } from "./owner.ts";

/** A namespace and its link that will be created. */
export interface VethPlan {
  readonly lease: Lease;
  /** Alias of the interface, for people; without white space. */
  readonly alias: string;
  /** Bits per second, in each direction; no limit when left out or infinite. */
  readonly bandwidthBits?: number;
}

/**
 * The first two arguments are batches of ip(8) and tc(8) for the host's side. Each further four
 * are a namespace, its two batches, and a shell script. Each runs only when it has work. One shell
 * starts the programs, which takes a fraction of the time of starting them from Deno.
 */
const OPEN_SCRIPT = `set -e
ip -batch - <<END
$1
END
[ -z "$2" ] || tc -batch - <<END
$2
END
shift 2
while [ $# -gt 0 ]; do
  ip -n "$1" -batch - <<END
$2
END
  [ -z "$3" ] || tc -n "$1" -batch - <<END
$3
END
  [ -z "$4" ] || nsenter --net="/run/netns/$1" sh -c "$4"
  shift 4
done`;

/**
 * Only the host is at the other end, and sends neither advertisements nor redirects: the addresses
 * and routes never change (Linux ip-sysctl, conf/interface).
 */
const QUIET_SCRIPT = `set -e
cd /proc/sys/net/ipv6/conf
for one in all default eth0; do
  echo 0 >$one/accept_ra
  echo 0 >$one/accept_redirects
done`;

/** Burst after a pause: some packets, and the data of the rate between two kernel ticks. */
const MIN_BURST_BYTES = 16 * 1024;
const BURST_S = 0.02;

/** Maximum time that a packet waits; later packets are dropped, which slows TCP down. */
const LATENCY = "100ms";

/** Returns the command that creates namespaces and links. It stops at the first error. */
export function openCommand(plans: readonly VethPlan[]): string[] {
  return [
    ...["sh", "-c", OPEN_SCRIPT, "sh"],
    plans.map(openHostBatch).join(""),
    plans.map((plan) => shapeBatch(plan.lease.interface, plan)).join(""),
    ...plans.flatMap((plan) => [
      plan.lease.namespace,
      openPeerBatch(plan.lease),
      shapeBatch("eth0", plan),
      plan.lease.addresses6 === undefined ? "" : QUIET_SCRIPT,
    ]),
  ];
}

/** Returns the `ip -batch -` input for the host's side: namespace, veth pair and address. */
export function openHostBatch({ lease, alias }: VethPlan): string {
  const { namespace, interface: name, addresses, addresses6 } = lease;
  return batch([
    `netns add ${namespace}`,
    `link add ${name} address ${linkAddress(addresses.host)} type veth ` +
    `peer name eth0 address ${linkAddress(addresses.peer)} netns ${namespace}`,
    // No link-local address (fe80::) on the host's end: functions must not reach it.
    `link set ${name} addrgenmode none`,
    `link set ${name} alias ${alias} up`,
    `addr add ${addresses.host}/31 dev ${name}`,
    addNeighbour(addresses.peer, { device: name, ipv4: addresses.peer }),
    ...addresses6 === undefined ? [] : [
      addAddress6(addresses6.host, name),
      addNeighbour(addresses6.peer, { device: name, ipv4: addresses.peer }),
    ],
  ]);
}

/** Returns the `ip -n NAMESPACE -batch -` input for the function's side. */
export function openPeerBatch({ addresses, addresses6 }: Lease): string {
  return batch([
    // The kernel allows each socket one packet more than its group's buffer limit. Without these
    // limits, loopback packets have up to 64 KiB.
    "link set lo mtu 1500 gso_max_size 4096 up",
    "link set eth0 addrgenmode none",
    `addr add ${addresses.peer}/31 dev eth0`,
    "link set eth0 up",
    addNeighbour(addresses.host, { device: "eth0", ipv4: addresses.host }),
    `route add default via ${addresses.host}`,
    ...addresses6 === undefined ? [] : [
      addAddress6(addresses6.peer, "eth0"),
      addNeighbour(addresses6.host, { device: "eth0", ipv4: addresses.host }),
      `route add default via ${addresses6.host}`,
    ],
  ]);
}

/** Returns the Ethernet address of the end with an IPv4 address: `02:dd:`, and its four bytes. */
function linkAddress(address: string): string {
  const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
  return ["02", "dd", ...bytes].join(":");
}

/** The address is valid at once: no other end can have it, so nobody asks (RFC 4862, 5.4). */
function addAddress6(address: string, device: string): string {
  return `addr add ${address}/127 dev ${device} nodad`;
}

/**
 * Returns the line that makes the other end known, so that nobody asks for it (ARP, NDP). All namespaces
 * share one table of neighbours. It holds 1,024 entries (gc_thresh3 in arp(7)), and entries of the
 * last five seconds stay: with two for each function, the 512th function that gets a request would
 * be unreachable. Permanent entries do not count.
 */
function addNeighbour(
  address: string,
  { device, ipv4 }: { readonly device: string; readonly ipv4: string },
): string {
  return `neigh add ${address} lladdr ${linkAddress(ipv4)} dev ${device} nud permanent`;
}

/** Returns a tc-tbf(8) queue that limits what a device sends; empty without a limit. */
function shapeBatch(device: string, { bandwidthBits = Infinity }: VethPlan): string {
  if (bandwidthBits === Infinity) return "";
  const burst = Math.max(MIN_BURST_BYTES, Math.ceil(bandwidthBits / 8 * BURST_S));
  const queue = `rate ${bandwidthBits}bit burst ${burst}b latency ${LATENCY}`;
  return batch([`qdisc add dev ${device} root tbf ${queue}`]);
}

/**
 * Returns the `ip -force -batch -` input that removes links and namespaces. Links come first: a
 * namespace that a process still uses would keep its link. They are deleted as a group, because
 * each deletion of one or hundreds of links makes the kernel wait some 20 ms until no packet is in
 * transit.
 */
export function closeBatch(
  owner: Owner,
  { links, namespaces }: {
    readonly links: readonly string[];
    readonly namespaces: readonly string[];
  },
): string {
  return batch([
    ...links.map((name) => `link set ${name} group ${owner.linkGroup}`),
    ...(links.length === 0 ? [] : [`link del group ${owner.linkGroup}`]),
    ...namespaces.map((name) => `netns del ${name}`),
  ]);
}

function batch(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
