import { nftAttributes, nftMessages } from "./nft_messages.ts";

/** A table or chain that was removed from nftables. */
export interface NftRemoval {
  readonly table: string;
  /** Name of the chain; `undefined` if the whole table was removed. */
  readonly chain: string | undefined;
}

/** Sources: linux/netfilter/nf_tables.h, `NFT_MSG_DELTABLE` and `NFT_MSG_DELCHAIN`. */
const DEL_TABLE = 2;
const DEL_CHAIN = 5;
/** `NFTA_TABLE_NAME` and `NFTA_CHAIN_TABLE`. */
const TABLE_NAME = 1;
const CHAIN_NAME = 3;

/** Returns the removals among the messages that the kernel sends to the group `NFNLGRP_NFTABLES`. */
export function nftRemovals(bytes: Uint8Array<ArrayBuffer>): NftRemoval[] {
  const removals: NftRemoval[] = [];
  for (const { kind, body } of nftMessages(bytes)) {
    if (kind !== DEL_TABLE && kind !== DEL_CHAIN) continue;
    const names = new Map(nftAttributes(body).map(({ type, value }) => [type, value]));
    const [table, chain] = [names.get(TABLE_NAME), names.get(CHAIN_NAME)];
    if (table === undefined) continue;
    removals.push({
      table: textOf(table),
      chain: kind === DEL_CHAIN && chain !== undefined ? textOf(chain) : undefined,
    });
  }
  return removals;
}

/** The kernel ends each text with NUL. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
}
