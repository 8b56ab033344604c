/** A table or chain that was removed from nftables. */
export interface NftRemoval {
  readonly table: string;
  /** Name of the chain; `undefined` if the whole table was removed. */
  readonly chain: string | undefined;
}

/** Sources: linux/netlink.h, linux/netfilter/nfnetlink.h and nf_tables.h. */
const HEADER_BYTES = 16;
const NETFILTER_HEADER_BYTES = 4;
const ATTRIBUTE_BYTES = 4;
const NFNL_SUBSYS_NFTABLES = 10;
const DEL_TABLE = NFNL_SUBSYS_NFTABLES << 8 | 2;
const DEL_CHAIN = NFNL_SUBSYS_NFTABLES << 8 | 5;
/** `NFTA_TABLE_NAME` and `NFTA_CHAIN_TABLE`. */
const TABLE_NAME = 1;
const CHAIN_NAME = 3;
const TYPE_MASK = 0x3fff;

/**
 * Returns the removals among the messages that the kernel sends to the group `NFNLGRP_NFTABLES`, in
 * the byte order of x86-64 and ARM64. Ignores everything after a message that is cut off. Source:
 * netlink(7).
 */
export function nftRemovals(bytes: Uint8Array<ArrayBuffer>): NftRemoval[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const removals: NftRemoval[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const length = view.getUint32(at, true);
    const end = at + length;
    if (length < HEADER_BYTES || end > bytes.length) break;
    const type = view.getUint16(at + 4, true);
    if (type === DEL_TABLE || type === DEL_CHAIN) {
      const names = readNames(bytes.subarray(at + HEADER_BYTES + NETFILTER_HEADER_BYTES, end));
      const table = names.get(TABLE_NAME);
      const chain = type === DEL_CHAIN ? names.get(CHAIN_NAME) : undefined;
      if (table !== undefined) removals.push({ table, chain });
    }
    at = aligned(end);
  }
  return removals;
}

/** Returns the texts of the two attributes that are names, by type. */
function readNames(attributes: Uint8Array<ArrayBuffer>): ReadonlyMap<number, string> {
  const view = new DataView(attributes.buffer, attributes.byteOffset, attributes.byteLength);
  const names = new Map<number, string>();
  for (let at = 0; at + ATTRIBUTE_BYTES <= attributes.length;) {
    const length = view.getUint16(at, true);
    const type = view.getUint16(at + 2, true) & TYPE_MASK;
    if (length < ATTRIBUTE_BYTES || at + length > attributes.length) break;
    if (type === TABLE_NAME || type === CHAIN_NAME) {
      const text = new TextDecoder().decode(attributes.subarray(at + ATTRIBUTE_BYTES, at + length));
      // The kernel ends each text with NUL.
      names.set(type, text.replace(/\0.*$/s, ""));
    }
    at = aligned(at + length);
  }
  return names;
}

function aligned(offset: number): number {
  return (offset + 3) & ~3;
}
