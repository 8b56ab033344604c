import { loopMeter } from "../../lib/proxy/http1/loop_meter.ts";
import { createPacer } from "../../lib/proxy/pacer.ts";
import { defaultLimits } from "../../lib/config/limits.ts";
import { ConnectionSlot, ConnectionTable } from "../../lib/proxy/connection_table.ts";
import type { Client, ClientDeadlines, ProxyContext } from "../../lib/proxy/context.ts";
import { Deadline } from "../../lib/proxy/deadline.ts";
import { createFrontFigures } from "../../lib/proxy/front_figures.ts";
import { PeerTable } from "../../lib/proxy/peer_table.ts";
import { RateLimiter } from "../../lib/proxy/rate_limiter.ts";
import type { RouteTable } from "../../lib/proxy/route_table.ts";
import { createSuggestions } from "../../lib/proxy/suggestions.ts";
import { createTally } from "../../lib/proxy/tally.ts";
import { Wire } from "../../lib/proxy/http1/wire.ts";
import { bytesOf, textOf } from "./harness.ts";

/** A wire whose reads and writes the test controls one by one. */
export interface FakeConnection {
  readonly wire: Wire;
  /** Sets the result of one read. */
  readonly arrive: (text: string) => void;
}

/** A connection without a socket. `write` decides when a write ends and how many bytes it takes. */
export function fakeConnection(write: (text: string) => Promise<number>): FakeConnection {
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {});
  const arrived: string[] = [];
  let wake = () => {};
  const connection = {
    async read(into: Uint8Array): Promise<number> {
      while (arrived.length === 0) {
        await Promise.race([new Promise<void>((resolve) => wake = resolve), closed.promise]);
      }
      const bytes = bytesOf(arrived.shift()!);
      into.set(bytes);
      return bytes.length;
    },
    write: (bytes: Uint8Array) => Promise.race([write(textOf(bytes)), closed.promise]),
    close: () => closed.reject(new Error("closed")),
  };
  return {
    wire: new Wire(connection as unknown as Deno.Conn, 1_024),
    arrive(text: string): void {
      arrived.push(text);
      wake();
    },
  };
}

/** The parts of a client that the tests do not use. */
export function lonelyClient(): Pick<Client, "account" | "slot" | "deadlines" | "tally"> {
  const table = new ConnectionTable(() => 0);
  const account = new PeerTable()
    .enter("192.0.2.1", { isExempt: false, maxConnections: 1 })!;
  const slot = new ConnectionSlot({ table, peer: account.places, evict: () => {} });
  table.add(slot, 1);
  return { account, slot, deadlines: idleDeadlines(), tally: createTally() };
}

/** Deadlines that never expire. */
function idleDeadlines(): ClientDeadlines {
  const clock = { nowMs: 0 };
  return { read: new Deadline(clock), write: new Deadline(clock), answer: new Deadline(clock) };
}

/** A context with default limits. */
export function contextOf(routes: RouteTable): ProxyContext {
  return {
    routes,
    limits: defaultLimits,
    domains: [],
    ownDomains: [],
    root: undefined,
    index: "off",
    suggestions: createSuggestions(),
    pacer: createPacer({ meter: loopMeter }),
    deadlines: { open: () => new Deadline({ nowMs: 0 }), close() {}, [Symbol.dispose]() {} },
    hideErrors: false,
    via: false,
    compatHealthcheck: false,
    rateLimit: "none",
    limiter: new RateLimiter(),
    isTrusted: () => false,
    figures: createFrontFigures(),
    onAccess: undefined,
    onError(error) {
      throw error;
    },
    isLeaving: false,
    closing: new AbortController().signal,
  };
}
