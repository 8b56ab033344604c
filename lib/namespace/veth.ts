import type { Lease } from "./lease.ts";
import type { Owner } from "./owner.ts";

/** A namespace and its link, to be made. */
export interface VethPlan {
  readonly lease: Lease;
  /** Goes into the interface's alias for people to read; it must be free of white space. */
  readonly alias: string;
  /** Bits a second, in each direction; no bound when left out or infinite. */
  readonly bandwidthBits?: number;
}

/**
 * The first two arguments are for the host's side, each further three name a namespace and say what
 * is done inside: for ip(8), and for tc(8), which is started only for what it has to do. One shell
 * starts the programs: that costs a fraction of starting them from here.
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
  shift 3
done`;

/** Passes at once after a pause: some packets, and what the rate gives between the kernel's ticks. */
const MIN_BURST_BYTES = 16 * 1024;
const BURST_S = 0.02;

/** Longest that a packet may wait; what would wait longer is dropped, and TCP slows down. */
const LATENCY = "100ms";

/** The command that makes namespaces and links, on both sides; it ends at the first fault. */
export function openCommand(plans: readonly VethPlan[]): string[] {
  return [
    ...["sh", "-c", OPEN_SCRIPT, "sh"],
    plans.map(openHostBatch).join(""),
    plans.map((plan) => shapeBatch(plan.lease.interface, plan)).join(""),
    ...plans.flatMap((plan) => [
      plan.lease.namespace,
      openPeerBatch(plan.lease),
      shapeBatch("eth0", plan),
    ]),
  ];
}

/**
 * What `ip -batch -` makes on the host's side: the namespace, the veth pair and the host's address.
 */
export function openHostBatch({ lease, alias }: VethPlan): string {
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
    // The kernel grants every socket one packet beyond the bound of its group's buffers. They are of
    // up to 64 KiB here, unless it is said that they are small.
    "link set lo mtu 1500 gso_max_size 4096 up",
    "link set eth0 addrgenmode none",
    `addr add ${lease.addresses.peer}/31 dev eth0`,
    "link set eth0 up",
    `route add default via ${lease.addresses.host}`,
  ]);
}

/** A queue as tc-tbf(8) has it holds back what an end of the link sends; nothing without a bound. */
function shapeBatch(device: string, { bandwidthBits = Infinity }: VethPlan): string {
  if (bandwidthBits === Infinity) return "";
  const burst = Math.max(MIN_BURST_BYTES, Math.ceil(bandwidthBits / 8 * BURST_S));
  const queue = `rate ${bandwidthBits}bit burst ${burst}b latency ${LATENCY}`;
  return batch([`qdisc add dev ${device} root tbf ${queue}`]);
}

/**
 * What `ip -force -batch -` takes away. The links go first: a namespace that some process still
 * holds would otherwise keep its own. They go as a group, because the kernel waits some 20 ms in
 * each deletion until no packet is under way, whether that is of one link or of hundreds.
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
