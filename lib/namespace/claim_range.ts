import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseIpv4Network } from "../config/ipv4_network.ts";
import { acquireLockFile, isLocked, type LockFile } from "../system/lock_file.ts";
import { type AddressRange, nextRange, overlaps } from "./address.ts";
import type { HostRoute } from "./host.ts";
import type { Owner } from "./owner.ts";

/** Directory of locks that keep the supervisors of a host apart. */
const LOCK_DIRECTORY = "/run/ddsrv/locks";

/**
 * Locks an owner.
 *
 * @throws {Error} if another supervisor uses it
 */
export function lockOwner(owner: Owner): LockFile {
  const lock = acquireLockFile(ownerLock(owner.id));
  if (lock !== undefined) return lock;
  throw new Error(
    `Another supervisor uses the owner id "${owner.id}": it is an older version, or has another ` +
      "state directory. Stop it, or start both with the same --state-dir",
  );
}

/** Returns true if a supervisor with this owner's id was killed: nobody holds the lock that it left. */
export function isAbandoned(id: string): boolean {
  const path = ownerLock(id);
  return existsSync(path) && !isLocked(path);
}

function ownerLock(id: string): string {
  return join(LOCK_DIRECTORY, `owner-${id}`);
}

/**
 * Chooses and locks the first range that the host does not route and no supervisor uses.
 *
 * @throws {Error} if no range is free
 */
export function claimRange(
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
