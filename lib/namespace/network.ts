import type { Egress } from "../config/egress.ts";
import { type Run, run as runCommand } from "../system/run.ts";
import { parseAddressRange } from "./address.ts";
import { claimRange, lockOwner } from "./claim_range.ts";
import { egressElements } from "./egress_elements.ts";
import { openRefusedReader } from "./refused_reader.ts";
import { cachedFor, type PlacedConnection, placeOf } from "./refused_place.ts";
import { refusedSets } from "./refused_set.ts";
import { type RefusedConnection, watchRefusals } from "./refusal_watch.ts";
import { type ReachableName, watchEgress } from "./egress_watch.ts";
import { exposeLoopback } from "./expose_loopback.ts";
import { type Firewall, openFirewall } from "./firewall.ts";
import { enableForwarding, ignoreAdvertisements } from "./forwarding.ts";
import { type Family, readRoutes } from "./host.ts";
import { readHostAddresses } from "./host_addresses.ts";
import { createLeasePool, type Lease, type LeasePool } from "./lease.ts";
import { chooseIpv6, type Ipv6Options } from "./ipv6_support.ts";
import { createLinks, type Links } from "./links.ts";
import { type Owner, ownerOf } from "./owner.ts";
import { followNames, type Names } from "./name_watch.ts";
import { createResolver } from "./resolve_name.ts";
import { chooseResolvers } from "./resolvers.ts";
import { sweep, type Swept } from "./sweep.ts";
import { createUplinks } from "./uplinks.ts";

/** A host can have thousands of interfaces, and a function can try address after address. */
const HOST_ADDRESSES_MS = 5_000;

/** Options of {@linkcode openNetwork}. */
export interface NetworkOptions {
  /** Six hexadecimal digits that tag everything that is created. */
  readonly ownerId: string;
  readonly addressRange: string;
  /** IPv6 for functions, and its /48; they have none when left out. */
  readonly ipv6?: Pick<Ipv6Options, "mode" | "addressRange6">;
  /** Resolvers for functions; the host's when empty. */
  readonly dns: readonly string[];
  /** Egress of functions in general; a namespace may have more. */
  readonly egress: Egress;
  /** Maximum connections of all functions; half of the host's connection table when left out. */
  readonly maxConnections?: number;
  /** Called when the firewall or the egress of a function has a problem. */
  readonly onWarning: (message: string) => void;
  readonly run?: Run;
}

/** Kernel network objects of one supervisor. Disposing of it removes all of them. */
export interface Network extends AsyncDisposable {
  readonly owner: Owner;
  readonly resolvers: readonly string[];
  /** Functions have IPv6. */
  readonly hasIpv6: boolean;
  /** Objects of a killed supervisor with the same owner, which were removed. */
  readonly swept: Swept;
  /** Creates a namespace with its link and registers it in the firewall. */
  readonly open: (options: NamespaceOptions) => Promise<Namespace>;
}

/** Options of a namespace. */
export interface NamespaceOptions {
  /** Name of the function, or another purpose, for the interface's alias. */
  readonly label: string;
  readonly egress: Egress;
  /** Bits per second, in each direction; no limit when left out or infinite. */
  readonly bandwidthBits?: number;
  /** Called with the names of an egress list and their addresses, again after each change. */
  readonly onNames?: (names: readonly ReachableName[]) => void;
  /** Called for each destination that the firewall refuses, at most once a minute each. */
  readonly onRefused?: ((connection: PlacedConnection) => void) | undefined;
}

/** An open network namespace. Disposing of it removes link, namespace and registration. */
export interface Namespace extends AsyncDisposable {
  readonly name: string;
  /** Path for nsenter(1). */
  readonly path: string;
  /** IPv4 address of the function's end. */
  readonly address: string;
  /** Its IPv6 address; `undefined` where functions have no IPv6. */
  readonly address6: string | undefined;
  /** Number that no other namespace of this host has. */
  readonly ordinal: number;
  /** Makes a port that listens only on 127.0.0.1 or ::1 reachable from outside the namespace. */
  readonly exposeLoopback: (port: number, family: Family) => Promise<void>;
}

/**
 * Locks the owner, removes leftovers of a killed supervisor, chooses an address range that the host
 * does not route, and creates the firewall table.
 *
 * @throws {Error} when another supervisor uses this owner, or no range is free
 */
export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const { run = runCommand } = options;
  const owner = ownerOf(options.ownerId);
  await using stack = new AsyncDisposableStack();
  stack.use(lockOwner(owner));
  const swept = await sweep(owner, run);
  const routes = await readRoutes(run);
  const { range, lock } = claimRange(parseAddressRange(options.addressRange), routes);
  stack.use(lock);
  const { ipv6, onWarning } = options;
  const range6 = ipv6 && await chooseIpv6({ ...ipv6, range, onWarning, run });
  const hasIpv6 = range6 !== undefined;
  const resolvers = await chooseResolvers(options.dns, { hasIpv6 });
  const firewall = stack.use(
    await openFirewall({
      owner,
      range,
      range6,
      resolvers,
      supervisorUid: Deno.uid() ?? 0,
      maxConnections: options.maxConnections,
      onWarning,
      run,
    }),
  );
  const reader = openRefusedReader(owner.table, refusedSets({ hasIpv6 }));
  const refusals = stack.use(watchRefusals({ reader }));
  const functions = [range.cidr, ...range6 === undefined ? [] : [range6.cidr]];
  const hostAddresses = cachedFor(HOST_ADDRESSES_MS, readHostAddresses);
  const placed = (connection: RefusedConnection): PlacedConnection => ({
    ...connection,
    place: placeOf(connection.address, { functions, hostAddresses }),
  });
  const families: readonly Family[] = hasIpv6 ? ["ipv4", "ipv6"] : ["ipv4"];
  const uplinks = stack.use(createUplinks({ owner, run, families }));
  await uplinks.open(options.egress);
  const names = followNames(createResolver({ servers: options.dns, hasIpv6 }));
  const pool = createLeasePool(owner, range, range6);
  const links = createLinks(owner, run);
  const owned = stack.move();
  return {
    owner,
    resolvers,
    hasIpv6,
    swept,
    async open(namespace) {
      const alias = owner.aliasPrefix + encodeLabel(namespace.label);
      // The operator may have granted more to this function than to others.
      await uplinks.open(namespace.egress);
      return await openNamespace({
        ...namespace,
        alias,
        pool,
        links,
        firewall,
        follow: (source, onRefused) =>
          refusals.follow(source, (connection) => onRefused(placed(connection))),
        names,
        onWarning,
        run,
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface OpenOptions extends NamespaceOptions {
  readonly alias: string;
  readonly pool: LeasePool;
  readonly links: Links;
  readonly firewall: Firewall;
  readonly follow: (
    source: string,
    onRefused: (connection: PlacedConnection) => void,
  ) => Disposable;
  readonly names: Names;
  readonly onWarning: (message: string) => void;
  readonly run: Run;
}

async function openNamespace(options: OpenOptions): Promise<Namespace> {
  const { pool, run, follow, onRefused } = options;
  const lease = pool.take();
  let watch: AsyncDisposable | undefined;
  try {
    await createNamespace(options, lease);
    watch = await watchNames(options, lease);
  } catch (error) {
    // Removes the parts that exist. Errors about missing parts don't matter.
    await removeNamespace(options, lease).catch(() => {});
    pool.release(lease);
    throw error;
  }
  const path = `/run/netns/${lease.namespace}`;
  const { addresses, addresses6 } = lease;
  using following = new DisposableStack();
  for (const source of [addresses.peer, addresses6?.peer]) {
    if (onRefused && source !== undefined) following.use(follow(source, onRefused));
  }
  const followed = following.move();
  return {
    name: lease.namespace,
    path,
    address: addresses.peer,
    address6: addresses6?.peer,
    ordinal: addresses.ordinal,
    exposeLoopback: (port, family) => exposeLoopback({ path, family, port }, run),
    async [Symbol.asyncDispose]() {
      followed[Symbol.dispose]();
      await watch?.[Symbol.asyncDispose]();
      await removeNamespace(options, lease);
      pool.release(lease);
    },
  };
}

async function createNamespace(options: OpenOptions, lease: Lease): Promise<void> {
  const { alias, egress, bandwidthBits, firewall, links } = options;
  const bound = bandwidthBits === undefined ? {} : { bandwidthBits };
  const linked = links.open({ lease, alias, ...bound }).then(() => forward(lease));
  const open = typeof egress === "string" ? egress : egressElements(egress, () => []);
  await settleAll([firewall.register({ lease, egress: open }), linked]);
}

async function forward({ interface: name, addresses6 }: Lease): Promise<void> {
  await enableForwarding({ interface: name, family: "ipv4" });
  if (addresses6 === undefined) return;
  await ignoreAdvertisements(name);
  await enableForwarding({ interface: name, family: "ipv6" });
}

async function watchNames(
  { label, egress, names, firewall, onNames, onWarning }: OpenOptions,
  lease: Lease,
): Promise<AsyncDisposable | undefined> {
  if (typeof egress === "string" || !egress.rules.some(({ type }) => type === "name")) return;
  return await watchEgress({
    list: egress,
    names,
    apply: (elements) => firewall.update({ lease, egress: elements }),
    onNames: (reachable) => onNames?.(reachable),
    onWarning,
    label,
  });
}

async function removeNamespace(options: OpenOptions, lease: Lease): Promise<void> {
  const { firewall, links } = options;
  await settleAll([links.close(lease), firewall.unregister({ lease })]);
}

/** Waits for all tasks, also after a failure, so that none runs in parallel with what follows. */
async function settleAll(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/** Encodes a label, because `ip -batch` splits at white space and interprets quotes. */
function encodeLabel(label: string): string {
  return encodeURIComponent(label).replaceAll("'", "%27");
}
