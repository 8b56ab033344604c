/**
 * Names of everything that one supervisor makes in the kernel. Two supervisors on one host have
 * different owners, so that neither takes the other's things for its own.
 */
export interface Owner {
  /** Six hexadecimal digits. */
  readonly id: string;
  /** The nftables table, family inet. */
  readonly table: string;
  /** How our interfaces' names begin; at most 15 bytes with the index (IFNAMSIZ). */
  readonly interfacePrefix: string;
  /** How our namespaces' names begin. */
  readonly namespacePrefix: string;
  /** How our interfaces' aliases begin. */
  readonly aliasPrefix: string;
  /** The group that links join to be taken away together; never 0, which all others are in. */
  readonly linkGroup: number;
}

/** Above what people choose for their own groups; with the id it is within 31 bits. */
const FIRST_LINK_GROUP = 2 ** 30;

/**
 * The names that an owner's id gives, see `claimOwner`: the same ones after a restart, so that a
 * supervisor finds what its predecessor left, and others for each further functions directory.
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

/** Whether an interface leads to a function, of whatever owner: those come and go. */
export function isFunctionInterface(name: string): boolean {
  return /^dd[0-9a-f]{6}f\d+$/.test(name);
}
