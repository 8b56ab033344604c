/**
 * Names of all kernel objects of one supervisor. Two supervisors on one host have different owners,
 * so that neither touches the other's objects.
 */
export interface Owner {
  /** Six hexadecimal digits. */
  readonly id: string;
  /** Name of the nftables table, family inet. */
  readonly table: string;
  /** Prefix of interface names; at most 15 bytes with the index (IFNAMSIZ). */
  readonly interfacePrefix: string;
  readonly namespacePrefix: string;
  readonly aliasPrefix: string;
  /** Link group in which links are deleted together; never 0, the group of all other links. */
  readonly linkGroup: number;
}

/** Above the groups that people choose; with the id, it fits in 31 bits. */
const FIRST_LINK_GROUP = 2 ** 30;

/**
 * Returns the names for an owner's id, see `claimOwner`. They are the same after a restart, so that
 * a supervisor finds leftovers of its predecessor, and differ for each functions directory.
 *
 * @example
 * ```ts
 * import { ownerOf } from "./owner.ts";
 * ownerOf("a1b2c3").interfacePrefix; // "dda1b2c3f"
 * ```
 */
export function ownerOf(id: string): Owner {
  return {
    id,
    table: `ddsrv_${id}`,
    interfacePrefix: `dd${id}f`,
    namespacePrefix: `ddsrv-${id}-`,
    aliasPrefix: `ddsrv:${id}:`,
    linkGroup: FIRST_LINK_GROUP + parseInt(id, 16),
  };
}

/** Returns true if an interface leads to a function of any owner. */
export function isFunctionInterface(name: string): boolean {
  return /^dd[0-9a-f]{6}f\d+$/.test(name);
}
