import { peerKeyOf } from "../../proxy/peer_key.ts";
import { RateLimiter } from "../../proxy/rate_limiter.ts";

/** Attempts of one peer; a token of 256 bits needs no such limit, one that people chose does. */
const RATE = { count: 10, periodMs: 60_000, burst: 10 };

const MAX_PEERS = 1_000;

/** Creates the limit of login attempts: it counts one, and returns seconds to wait, or 0. */
export function createLoginLimit(now: () => number): (address: string) => number {
  const limiter = new RateLimiter({ maxBuckets: MAX_PEERS });
  return (address) => Math.ceil(limiter.take(peerKeyOf(address), RATE, now()) / 1000);
}
