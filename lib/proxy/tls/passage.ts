import type { Met } from "./terminator.ts";
import { pass } from "../tunnel.ts";
import { type BufferAccount, type Connection, Wire } from "../http1/wire.ts";

/** Copies data between a client's socket and the TLS side of its connection. */
export interface Passage {
  /** The TLS side. After it is closed, the client's side closes once all written data is sent. */
  readonly served: Connection;
  /** Resolves when both directions have ended. */
  readonly ended: Promise<void>;
  /** Closes both sides at once. */
  readonly abandon: () => void;
}

const BUFFER_BYTES = 16 * 1024;

/** A client that reads none of its remaining data is dropped after one to two of these periods. */
const STUCK_MS = 15_000;

/**
 * Copies encrypted bytes in both directions until both have ended. Calls `onClosing` when the TLS
 * side is closed and data may still have to be sent. Buffers grow within `account`.
 */
export function openPassage(
  connection: Connection,
  { inner, served }: Met,
  { account, onClosing }: {
    readonly account: BufferAccount;
    readonly onClosing: () => void;
  },
): Passage {
  inner.setNoDelay(true);
  const client = new Wire(connection, BUFFER_BYTES, account);
  const hidden = new Wire(inner, BUFFER_BYTES, account);
  client.onRead = () => client.isBroken && hidden.close();
  hidden.onRead = () => hidden.isBroken && client.close();
  const toClient = pass(hidden, client);
  const ended = Promise.all([pass(client, hidden), toClient]).then(() => abandon());
  let watch: ReturnType<typeof setInterval> | undefined;
  let isEnded = false;

  function abandon(): void {
    isEnded = true;
    clearInterval(watch);
    client.close();
    hidden.close();
  }

  function abort(): void {
    served.close();
    abandon();
  }

  function close(): void {
    served.close();
    if (isEnded || watch !== undefined) return;
    onClosing();
    let written = -1;
    watch = setInterval(() => {
      if (client.written === written) abandon();
      written = client.written;
    }, STUCK_MS);
    void toClient.then(abandon);
  }

  return {
    served: {
      read: (into) => served.read(into),
      write: (bytes) => served.write(bytes),
      closeWrite: () => served.closeWrite(),
      close,
      abort,
    },
    ended,
    abandon,
  };
}
