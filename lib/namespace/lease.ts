import { type AddressPair, addressPair, type AddressRange, PAIRS_PER_RANGE } from "./address.ts";
import type { Owner } from "./owner.ts";

/** The names and addresses of one namespace, before any of it is made. */
export interface Lease {
  readonly index: number;
  /** Name of the namespace, as `ip netns` knows it. */
  readonly namespace: string;
  /** Name of the host's end of the veth pair. */
  readonly interface: string;
  readonly addresses: AddressPair;
}

/** Gives out leases; no two at a time are alike. */
export interface LeasePool {
  /** @throws {RangeError} when all are taken */
  readonly take: () => Lease;
  readonly release: (lease: Lease) => void;
}

/**
 * A pool over one address range. An index that came back is given out again only after all the
 * others, so that late packets of its last holder meet nobody.
 */
export function createLeasePool(owner: Owner, range: AddressRange): LeasePool {
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
        };
      }
      throw new RangeError(`All ${PAIRS_PER_RANGE - 1} namespaces of ${range.cidr} are taken`);
    },
    release(lease) {
      taken.delete(lease.index);
    },
  };
}
