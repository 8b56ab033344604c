import { join } from "node:path";
import type { Egress } from "../config/egress.ts";
import { parseIpv4Network } from "../config/ipv4_network.ts";
import { acquireLockFile, type LockFile } from "../system/lock_file.ts";
import { type Run, run as runCommand } from "../system/run.ts";
import { type AddressRange, nextRange, overlaps, parseAddressRange } from "./address.ts";
import { egressElements } from "./egress_elements.ts";
import { type ReachableName, watchEgress } from "./egress_watch.ts";
import { type Firewall, openFirewall } from "./firewall.ts";
import { enableForwarding, shareForwarding } from "./forwarding.ts";
import { type HostRoute, readRoutes } from "./host.ts";
import { createLeasePool, type Lease, type LeasePool } from "./lease.ts";
import { createLinks, type Links } from "./links.ts";
import { isFunctionInterface, type Owner, ownerOf } from "./owner.ts";
import { followNames, type Names } from "./name_watch.ts";
import { createResolver } from "./resolve_name.ts";
import { readResolvers } from "./resolvers.ts";
import { sweep, type Swept } from "./sweep.ts";

/** Where all supervisors of a host keep the locks that tell them apart. */
const LOCK_DIRECTORY = "/run/ddsrv/locks";

/** How {@linkcode openNetwork} sets up. */
export interface NetworkOptions {
  /** Six hexadecimal digits, which tag all that is made. */
  readonly ownerId: string;
  readonly addressRange: string;
  /** Resolvers for functions; none means those of the host. */
  readonly dns: readonly string[];
  /** The most that any namespace will be allowed. */
  readonly egress: Egress;
  /** Connections that all functions may have together; half of the host's table when left out. */
  readonly maxConnections?: number;
  /** Told when the firewall had to be laid again. */
  readonly onWarning: (message: string) => void;
  readonly run?: Run;
}

/** One supervisor's part of the kernel's network. Disposing of it leaves nothing. */
export interface Network extends AsyncDisposable {
  readonly owner: Owner;
  readonly resolvers: readonly string[];
  /** What an earlier run of this owner had left. */
  readonly swept: Swept;
  /** Makes a namespace with its link and its place in the firewall. */
  readonly open: (options: NamespaceOptions) => Promise<Namespace>;
}

/** What a namespace is for. */
export interface NamespaceOptions {
  /** For people who look at the interface's alias: a function's name, or what else it serves. */
  readonly label: string;
  readonly egress: Egress;
  /** Bits a second, in each direction; no bound when left out or infinite. */
  readonly bandwidthBits?: number;
  /** Told where the names of an egress list lead, and again whenever that changes. */
  readonly onNames?: (names: readonly ReachableName[]) => void;
}

/** An open network namespace. Disposing of it takes link, namespace and registration away. */
export interface Namespace extends AsyncDisposable {
  readonly name: string;
  /** What nsenter(1) enters. */
  readonly path: string;
  /** IPv4 address of the function's end. */
  readonly address: string;
  /** A number of its own on this host, for the user that runs in it. */
  readonly ordinal: number;
  /**
   * Makes a port reachable from outside that is bound to 127.0.0.1 alone in the namespace.
   */
  readonly exposeLoopback: (port: number) => Promise<void>;
}

/**
 * Takes the owner's lock, sweeps what was left, chooses an address range that the host does not
 * route, and lays the firewall table.
 *
 * @throws {Error} when another supervisor has this owner, or no range is free
 */
export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const { run = runCommand } = options;
  const owner = ownerOf(options.ownerId);
  await using stack = new AsyncDisposableStack();
  stack.use(lockOwner(owner));
  const swept = await sweep(owner, run);
  const routes = await readRoutes(run);
  const { range, lock } = chooseRange(parseAddressRange(options.addressRange), routes);
  stack.use(lock);
  const resolvers = options.dns.length > 0 ? options.dns : await readResolvers();
  const firewall = stack.use(
    await openFirewall({
      owner,
      range,
      resolvers,
      supervisorUid: Deno.uid() ?? 0,
      maxConnections: options.maxConnections,
      onWarning: options.onWarning,
      run,
    }),
  );
  for (const uplink of findUplinks(routes, options.egress)) {
    stack.use(await shareForwarding(uplink, owner));
  }
  const names = followNames(createResolver(options.dns));
  const pool = createLeasePool(owner, range);
  const links = createLinks(owner, run);
  const owned = stack.move();
  return {
    owner,
    resolvers,
    swept,
    open: (namespace) => {
      const alias = owner.aliasPrefix + encodeLabel(namespace.label);
      const { onWarning } = options;
      return openNamespace({ ...namespace, alias, pool, links, firewall, names, onWarning, run });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface OpenOptions extends NamespaceOptions {
  readonly alias: string;
  readonly pool: LeasePool;
  readonly links: Links;
  readonly firewall: Firewall;
  readonly names: Names;
  readonly onWarning: (message: string) => void;
  readonly run: Run;
}

async function openNamespace(options: OpenOptions): Promise<Namespace> {
  const { pool, run } = options;
  const lease = pool.take();
  let watch: AsyncDisposable | undefined;
  try {
    await makeNamespace(options, lease);
    watch = await watchNames(options, lease);
  } catch (error) {
    // What of it was made is taken away; what was not can't be, and is no news.
    await unmakeNamespace(options, lease).catch(() => {});
    pool.release(lease);
    throw error;
  }
  const path = `/run/netns/${lease.namespace}`;
  return {
    name: lease.namespace,
    path,
    address: lease.addresses.peer,
    ordinal: lease.addresses.ordinal,
    exposeLoopback: (port) => exposeLoopback(path, port, run),
    async [Symbol.asyncDispose]() {
      await watch?.[Symbol.asyncDispose]();
      await unmakeNamespace(options, lease);
      pool.release(lease);
    },
  };
}

async function makeNamespace(options: OpenOptions, lease: Lease): Promise<void> {
  const { alias, egress, bandwidthBits, firewall, links } = options;
  const bound = bandwidthBits === undefined ? {} : { bandwidthBits };
  const linked = links.open({ lease, alias, ...bound }).then(() =>
    enableForwarding(lease.interface)
  );
  const open = typeof egress === "string" ? egress : egressElements(egress, () => []);
  await allDone([firewall.register({ lease, egress: open }), linked]);
}

async function watchNames(
  { egress, names, firewall, onNames, onWarning }: OpenOptions,
  lease: Lease,
): Promise<AsyncDisposable | undefined> {
  if (typeof egress === "string" || !egress.rules.some(({ type }) => type === "name")) return;
  return await watchEgress({
    list: egress,
    names,
    apply: (elements) => firewall.update({ lease, egress: elements }),
    onNames: (reachable) => onNames?.(reachable),
    onWarning,
  });
}

async function unmakeNamespace(options: OpenOptions, lease: Lease): Promise<void> {
  const { firewall, links } = options;
  await allDone([links.close(lease), firewall.unregister({ lease })]);
}

/** Waits for all to their end, so that nothing runs on beside what comes next. */
async function allDone(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/**
 * NAT makes the kernel track connections in the namespace. Those of a function to itself are left
 * out: their entries are in no memory limit.
 */
async function exposeLoopback(path: string, port: number, run: Run): Promise<void> {
  const inside = ["nsenter", `--net=${path}`];
  await run([...inside, "tee", "/proc/sys/net/ipv4/conf/eth0/route_localnet"], { stdin: "1\n" });
  await run([...inside, "nft", "-f", "-"], {
    stdin: `add table ip ddsrv
delete table ip ddsrv
table ip ddsrv {
  chain untracked_input {
    type filter hook prerouting priority raw; policy accept;
    iifname "lo" notrack
  }
  chain untracked_output {
    type filter hook output priority raw; policy accept;
    oifname "lo" notrack
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    iifname "eth0" tcp dport ${port} dnat to 127.0.0.1:${port}
  }
}
`,
  });
}

function lockOwner(owner: Owner): LockFile {
  const lock = acquireLockFile(join(LOCK_DIRECTORY, `owner-${owner.id}`));
  if (lock !== undefined) return lock;
  throw new Error(
    `Another supervisor marks with "${owner.id}" what it makes in the kernel, as this one would: ` +
      "it is of an older version, or has another state directory. Stop it, or give both the same " +
      "--state-dir",
  );
}

function chooseRange(
  first: AddressRange,
  routes: readonly HostRoute[],
): { readonly range: AddressRange; readonly lock: LockFile } {
  const networks = routes.map((route) => parseIpv4Network(route.dst))
    .filter((network) => network !== undefined);
  let range = first;
  for (let tries = 0; tries < 256; tries++, range = nextRange(range)) {
    if (networks.some((network) => overlaps(range, network))) continue;
    const lock = acquireLockFile(join(LOCK_DIRECTORY, `range-${range.cidr.replaceAll("/", "-")}`));
    if (lock !== undefined) return { range, lock };
  }
  throw new Error(
    `The host routes every address range from ${first.cidr} on. Name a /16 that is free in ` +
      `"addressRange" of ddsrv.json`,
  );
}

/** Interfaces by which answers to functions come in; other supervisors' functions are no such way. */
export function findUplinks(routes: readonly HostRoute[], egress: Egress): Set<string> {
  if (egress === "none") return new Set();
  const leading = routes.filter((route) => egress !== "internet" || route.dst === "default");
  const devices = leading.map((route) => route.dev).filter((dev) => dev !== undefined);
  return new Set(devices.filter((dev) => !isFunctionInterface(dev)));
}

/** `ip -batch` splits at white space and heeds quotes; a label is any text. */
function encodeLabel(label: string): string {
  return encodeURIComponent(label).replaceAll("'", "%27");
}
