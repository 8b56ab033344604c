import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Egress } from "../config/egress.ts";
import { parseIpv4Network } from "../config/ipv4_network.ts";
import { acquireLockFile, isLocked, type LockFile } from "../system/lock_file.ts";
import { type Run, run as runCommand } from "../system/run.ts";
import { type AddressRange, nextRange, overlaps, parseAddressRange } from "./address.ts";
import { egressElements } from "./egress_elements.ts";
import { openRefusedReader } from "./refused_reader.ts";
import { cachedFor, type PlacedConnection, placeOf } from "./refused_place.ts";
import { type RefusedConnection, watchRefusals } from "./refusal_watch.ts";
import { type ReachableName, watchEgress } from "./egress_watch.ts";
import { exposeLoopback } from "./expose_loopback.ts";
import { type Firewall, openFirewall } from "./firewall.ts";
import { enableForwarding } from "./forwarding.ts";
import { type HostRoute, readRoutes } from "./host.ts";
import { readHostAddresses } from "./host_addresses.ts";
import { createLeasePool, type Lease, type LeasePool } from "./lease.ts";
import { createLinks, type Links } from "./links.ts";
import { type Owner, ownerOf } from "./owner.ts";
import { followNames, type Names } from "./name_watch.ts";
import { createResolver } from "./resolve_name.ts";
import { readResolvers } from "./resolvers.ts";
import { sweep, type Swept } from "./sweep.ts";
import { createUplinks } from "./uplinks.ts";

/** Directory of locks that keep the supervisors of a host apart. */
const LOCK_DIRECTORY = "/run/ddsrv/locks";

/** A host can have thousands of interfaces, and a function can try address after address. */
const HOST_ADDRESSES_MS = 5_000;

/** Options of {@linkcode openNetwork}. */
export interface NetworkOptions {
  /** Six hexadecimal digits that tag everything that is created. */
  readonly ownerId: string;
  readonly addressRange: string;
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
  /** Number that no other namespace of this host has. */
  readonly ordinal: number;
  /** Makes a port that listens only on 127.0.0.1 reachable from outside the namespace. */
  readonly exposeLoopback: (port: number) => Promise<void>;
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
  const refusals = stack.use(watchRefusals({ reader: openRefusedReader(owner.table) }));
  const hostAddresses = cachedFor(HOST_ADDRESSES_MS, readHostAddresses);
  const placed = (connection: RefusedConnection): PlacedConnection => ({
    ...connection,
    place: placeOf(connection.address, { functions: range.cidr, hostAddresses }),
  });
  const uplinks = stack.use(createUplinks({ owner, run }));
  await uplinks.open(options.egress);
  const names = followNames(createResolver(options.dns));
  const pool = createLeasePool(owner, range);
  const links = createLinks(owner, run);
  const owned = stack.move();
  return {
    owner,
    resolvers,
    swept,
    async open(namespace) {
      const alias = owner.aliasPrefix + encodeLabel(namespace.label);
      const { onWarning } = options;
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
  const following = onRefused && follow(lease.addresses.peer, onRefused);
  return {
    name: lease.namespace,
    path,
    address: lease.addresses.peer,
    ordinal: lease.addresses.ordinal,
    exposeLoopback: (port) => exposeLoopback(path, port, run),
    async [Symbol.asyncDispose]() {
      following?.[Symbol.dispose]();
      await watch?.[Symbol.asyncDispose]();
      await removeNamespace(options, lease);
      pool.release(lease);
    },
  };
}

async function createNamespace(options: OpenOptions, lease: Lease): Promise<void> {
  const { alias, egress, bandwidthBits, firewall, links } = options;
  const bound = bandwidthBits === undefined ? {} : { bandwidthBits };
  const linked = links.open({ lease, alias, ...bound }).then(() =>
    enableForwarding(lease.interface)
  );
  const open = typeof egress === "string" ? egress : egressElements(egress, () => []);
  await settleAll([firewall.register({ lease, egress: open }), linked]);
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

/** Returns true if a supervisor with this owner's id was killed: nobody holds the lock that it left. */
export function isAbandoned(id: string): boolean {
  const path = ownerLock(id);
  return existsSync(path) && !isLocked(path);
}

function ownerLock(id: string): string {
  return join(LOCK_DIRECTORY, `owner-${id}`);
}

function lockOwner(owner: Owner): LockFile {
  const lock = acquireLockFile(ownerLock(owner.id));
  if (lock !== undefined) return lock;
  throw new Error(
    `Another supervisor uses the owner id "${owner.id}": it is an older version, or has another ` +
      "state directory. Stop it, or start both with the same --state-dir",
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
    `No address range from ${first.cidr} on is free: the host routes them, or other supervisors ` +
      `use them. Set a free /16 as "addressRange" in ddsrv.json`,
  );
}

/** Encodes a label, because `ip -batch` splits at white space and interprets quotes. */
function encodeLabel(label: string): string {
  return encodeURIComponent(label).replaceAll("'", "%27");
}
