import { type AddressPair, addressPair, type AddressRange, PAIRS_PER_RANGE } from "./address.ts";
import { type AddressPair6, addressPair6, type AddressRange6 } from "./address6.ts";
import type { Owner } from "./owner.ts";

/** Names and addresses of one namespace, which may not exist yet. */
export interface Lease {
  readonly index: number;
  /** Name of the namespace for `ip netns`. */
  readonly namespace: string;
  /** Name of the host's end of the veth pair. */
  readonly interface: string;
  readonly addresses: AddressPair;
  /** Missing where functions have no IPv6. */
  readonly addresses6?: AddressPair6;
}

/** Pool of leases; no two leases in use are equal. */
export interface LeasePool {
  /** @throws {RangeError} when all leases are in use */
  readonly take: () => Lease;
  readonly release: (lease: Lease) => void;
}

/**
 * Creates a pool for one address range, and one of IPv6 if functions have IPv6. A released index is used again only after all others, so
 * that late packets to its last user reach no new one.
 */
export function createLeasePool(
  owner: Owner,
  range: AddressRange,
  range6?: AddressRange6,
): LeasePool {
  const taken = new Set<number>();
  let last = 0;

  return {
    take() {
      for (let step = 1; step < PAIRS_PER_RANGE; step++) {
        const index = 1 + (last + step - 1) % (PAIRS_PER_RANGE - 1);
        if (taken.has(index)) continue;
        last = index;
        taken.add(index);
        return {
          index,
          namespace: `${owner.namespacePrefix}${index}`,
          interface: `${owner.interfacePrefix}${index}`,
          addresses: addressPair(range, index),
          ...range6 === undefined ? {} : { addresses6: addressPair6(range6, index) },
        };
      }
      throw new RangeError(`All ${PAIRS_PER_RANGE - 1} namespaces of ${range.cidr} are in use`);
    },
    release(lease) {
      taken.delete(lease.index);
    },
  };
}
