import type { Client } from "./context.ts";
import { ascii } from "./http1/octets.ts";

/** Options of {@linkcode watchHalfClosed}. */
export interface HalfClosedOptions {
  readonly isHttp10: boolean;
  /** Returns true if the final response has started. */
  readonly isAnswered: () => boolean;
  /** Called at most once, when the client is gone. */
  readonly onGone: () => void;
}

/** Time until the first check; most responses have ended before. */
const FIRST_MS = 1_000;

/** Number of probes before the intervals grow. */
const QUICK_PROBES = 3;

/** A response that pauses for longer ends. */
const QUIET_MS = 5_000;

const CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");

/**
 * Watches a client that has sent a whole request and then shut down its sending side. It may wait for
 * its response, or be gone: TCP tells these apart only when this side sends something, which a closed
 * socket answers with a reset. So before the response, sends interim responses, which clients of
 * HTTP/1.1 must accept and ignore (RFC 9110, section 15.2), at growing intervals; a write after the
 * reset fails. Within a response, and to clients of HTTP/1.0, nothing can be sent, so a client counts
 * as gone when nothing was sent for five seconds. Uses the deadline for reading, and ends when that is
 * cleared.
 */
export function watchHalfClosed(client: Client, options: HalfClosedOptions): void {
  const { wire, deadlines } = client;
  let [waitMs, probes, quietMs, written] = [FIRST_MS, 0, 0, wire.written];

  function check(): void {
    if (!options.isHttp10 && !options.isAnswered()) {
      // A client that is gone fails the second write, with TLS the third.
      waitMs = ++probes < QUICK_PROBES ? FIRST_MS : waitMs * 2;
      // A write that waits shows the end itself.
      if (deadlines.write.dueAtMs === Infinity) void probe();
    } else {
      waitMs = FIRST_MS;
      quietMs = wire.written === written ? quietMs + waitMs : 0;
      written = wire.written;
      if (quietMs >= QUIET_MS) return options.onGone();
    }
    deadlines.read.set(waitMs, check);
  }

  async function probe(): Promise<void> {
    try {
      const count = await wire.connection.write(CONTINUE);
      if (count === CONTINUE.length) return;
    } catch {
      // The client has reset the connection.
    }
    // It must not get the rest of a response behind a part of this one.
    wire.close();
    options.onGone();
  }

  deadlines.read.set(waitMs, check);
}
