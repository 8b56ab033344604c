import type { Lease } from "./lease.ts";
import type { Owner } from "./owner.ts";

/** A namespace and its link, to be made. */
export interface VethPlan {
  readonly lease: Lease;
  /** Goes into the interface's alias for people to read; it must be free of white space. */
  readonly alias: string;
}

/**
 * The first argument is for the host's side, each further pair names a namespace and says what is
 * done inside. One shell starts the programs: that costs a fraction of starting them from here.
 */
const OPEN_SCRIPT = `set -e
ip -batch - <<END
$1
END
shift
while [ $# -gt 0 ]; do
  ip -n "$1" -batch - <<END
$2
END
  shift 2
done`;

/** The command that makes namespaces and links, on both sides; it ends at the first fault. */
export function openCommand(plans: readonly VethPlan[]): string[] {
  return [
    ...["sh", "-c", OPEN_SCRIPT, "sh"],
    plans.map(openHostBatch).join(""),
    ...plans.flatMap(({ lease }) => [lease.namespace, openPeerBatch(lease)]),
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
