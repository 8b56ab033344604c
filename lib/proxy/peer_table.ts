import type { ConnectionSlot, Places } from "./connection_table.ts";
import { peerKeyOf } from "./peer_key.ts";
import { PeerPlaces } from "./peer_places.ts";
import type { BufferAccount } from "./http1/wire.ts";

/** Resources of the proxy that one peer uses, over all its connections. */
export interface PeerAccount extends BufferAccount {
  readonly key: string;
  /** True for a trusted proxy: it forwards for many clients, so no limit for each peer applies. */
  readonly isExempt: boolean;
  connections: number;
  /** Its places in the table of connections. */
  readonly places: Places;
  /** In-flight requests at all functions, tunnels included. */
  inFlight: number;
  /** Requests that wait for a function to start. */
  waiting: number;
}

/** Who enters a {@linkcode PeerTable}, with the limits of a peer. */
export interface EnterOptions {
  readonly isExempt: boolean;
  readonly maxConnections: number;
  readonly maxBufferedBytes?: number;
  /** Closes another connection of a peer that has `maxConnections`; returns false if none may be. */
  readonly makeRoom?: (account: PeerAccount) => boolean;
}

/** A connection that gave way counts until it is closed: a peer may have some of them more. */
const SPARE_CONNECTIONS = 64;

/** Accounts of all peers that have connections. */
export class PeerTable {
  readonly #accounts = new Map<string, PeerAccount>();

  /** Number of peers. */
  get size(): number {
    return this.#accounts.size;
  }

  /**
   * Counts a connection of an address. Returns `undefined` if its peer has `maxConnections` already
   * and none gives way. The caller must pass the account to {@linkcode leave} once.
   */
  enter(
    address: string,
    { isExempt, maxConnections, maxBufferedBytes = Infinity, makeRoom = () => false }: EnterOptions,
  ): PeerAccount | undefined {
    // A trusted proxy may share its network with other clients.
    const key = isExempt ? address : peerKeyOf(address);
    const known = this.#accounts.get(key);
    if (known !== undefined && known.isExempt === isExempt) {
      if (!isExempt && known.connections >= maxConnections) {
        const hasSpare = known.connections < maxConnections + SPARE_CONNECTIONS;
        if (!hasSpare || !makeRoom(known)) return undefined;
      }
      known.connections++;
      return known;
    }
    const account = {
      key,
      isExempt,
      connections: 1,
      places: new PeerPlaces<ConnectionSlot>(isExempt),
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
