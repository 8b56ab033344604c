import { peerKeyOf } from "./peer_key.ts";
import type { BufferAccount } from "./http1/wire.ts";

/** Everything that one peer has of a proxy at the moment, over all its connections. */
export interface PeerAccount extends BufferAccount {
  readonly key: string;
  /** Its word is believed: it speaks for many, and has no share of its own. */
  readonly isExempt: boolean;
  connections: number;
  /** Requests that functions are answering, tunnels included. */
  inFlight: number;
  /** Requests that wait for a function's start. */
  waiting: number;
}

/** The peers that have connections now, and so no more of them than connections. */
export class PeerTable {
  readonly #accounts = new Map<string, PeerAccount>();

  /** Peers in it. */
  get size(): number {
    return this.#accounts.size;
  }

  /**
   * Counts a connection of an address; gives `undefined` when its peer has `maxConnections` of them
   * already. What was given is to be given back to {@linkcode leave} once.
   */
  enter(
    address: string,
    { isExempt, maxConnections, maxBufferedBytes = Infinity }: {
      readonly isExempt: boolean;
      readonly maxConnections: number;
      readonly maxBufferedBytes?: number;
    },
  ): PeerAccount | undefined {
    // One that is believed may share its network with others, who are not.
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

  /** Stops counting a connection. */
  leave(account: PeerAccount): void {
    account.connections--;
    const isLast = account.connections === 0;
    if (isLast && this.#accounts.get(account.key) === account) this.#accounts.delete(account.key);
  }
}
