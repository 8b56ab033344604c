import { peerKeyOf } from "./peer_key.ts";
import type { BufferAccount } from "./http1/wire.ts";

/** Resources of the proxy that one peer uses, over all its connections. */
export interface PeerAccount extends BufferAccount {
  readonly key: string;
  /** True for a trusted proxy: it forwards for many clients, so no limit for each peer applies. */
  readonly isExempt: boolean;
  connections: number;
  /** In-flight requests at all functions, tunnels included. */
  inFlight: number;
  /** Requests that wait for a function to start. */
  waiting: number;
}

/** Accounts of all peers that have connections. */
export class PeerTable {
  readonly #accounts = new Map<string, PeerAccount>();

  /** Number of peers. */
  get size(): number {
    return this.#accounts.size;
  }

  /**
   * Counts a connection of an address. Returns `undefined` if its peer has `maxConnections` already.
   * The caller must pass the account to {@linkcode leave} once.
   */
  enter(
    address: string,
    { isExempt, maxConnections, maxBufferedBytes = Infinity }: {
      readonly isExempt: boolean;
      readonly maxConnections: number;
      readonly maxBufferedBytes?: number;
    },
  ): PeerAccount | undefined {
    // A trusted proxy may share its network with other clients.
    const key = isExempt ? address : peerKeyOf(address);
    const known = this.#accounts.get(key);
    if (known !== undefined && known.isExempt === isExempt) {
      if (!isExempt && known.connections >= maxConnections) return undefined;
      known.connections++;
      return known;
    }
    const account = {
      key,
      isExempt,
      connections: 1,
      inFlight: 0,
      waiting: 0,
      bufferedBytes: 0,
      maxBufferedBytes: isExempt ? Infinity : maxBufferedBytes,
    };
    this.#accounts.set(key, account);
    return account;
  }

  /** Removes a connection from its account. */
  leave(account: PeerAccount): void {
    account.connections--;
    const isLast = account.connections === 0;
    if (isLast && this.#accounts.get(account.key) === account) this.#accounts.delete(account.key);
  }
}
