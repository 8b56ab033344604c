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

/** Options of {@linkcode openPassage}. */
export interface PassageOptions {
  /**
   * Returns the TLS side. May read from the client's wire first; what it has read is passed on.
   * If it rejects, the connection is closed.
   */
  readonly meet: (client: Wire) => Promise<Met>;
  /** TLS chooses between protocols. */
  readonly hasChoice: boolean;
  /** Buffers grow within it. */
  readonly account: BufferAccount;
  /** Called when the TLS side is closed and data may still have to be sent. */
  readonly onClosing: () => void;
}

const BUFFER_BYTES = 16 * 1024;

/** A client that reads none of its remaining data is dropped after one to two of these periods. */
const STUCK_MS = 15_000;

/**
 * Copies encrypted bytes in both directions until both have ended. Reads and writes of the TLS side
 * wait until there is one.
 */
export function openPassage(
  connection: Connection,
  { meet, account, hasChoice, onClosing }: PassageOptions,
): Passage {
  const client = new Wire(connection, BUFFER_BYTES, { account });
  const ended = Promise.withResolvers<void>();
  let joined: Joined | undefined;
  let watch: ReturnType<typeof setInterval> | undefined;
  let isEnded = false;
  const joining = join();
  joining.catch(abandon);

  async function join(): Promise<Deno.TlsConn> {
    const { inner, served } = await meet(client);
    if (isEnded) {
      inner.close();
      served.close();
      throw new Deno.errors.BadResource("The connection is closed");
    }
    inner.setNoDelay(true);
    const hidden = new Wire(inner, BUFFER_BYTES, { account });
    client.onRead = () => client.isBroken && hidden.close();
    hidden.onRead = () => hidden.isBroken && client.close();
    const toClient = pass(hidden, client);
    joined = { hidden, served, toClient };
    void Promise.all([pass(client, hidden), toClient]).then(abandon);
    return served;
  }

  async function negotiated(): Promise<string | null> {
    const { alpnProtocol } = await (await joining).handshake();
    return alpnProtocol;
  }

  function abandon(): void {
    isEnded = true;
    clearInterval(watch);
    client.close();
    joined?.hidden.close();
    ended.resolve();
  }

  function abort(): void {
    joined?.served.close();
    abandon();
  }

  function close(): void {
    if (joined === undefined) return abandon();
    joined.served.close();
    if (isEnded || watch !== undefined) return;
    onClosing();
    let written = -1;
    watch = setInterval(() => {
      if (client.written === written) abandon();
      written = client.written;
    }, STUCK_MS);
    void joined.toClient.then(abandon);
  }

  return {
    served: {
      read: (into) => joined?.served.read(into) ?? joining.then((served) => served.read(into)),
      write: (bytes) =>
        joined?.served.write(bytes) ?? joining.then((served) => served.write(bytes)),
      closeWrite: () =>
        joined?.served.closeWrite() ?? joining.then((served) => served.closeWrite()),
      close,
      abort,
      ...hasChoice ? { negotiated } : {},
    },
    ended: ended.promise,
    abandon,
  };
}

/** The TLS side of a connection. */
interface Joined {
  readonly hidden: Wire;
  readonly served: Deno.TlsConn;
  readonly toClient: Promise<void>;
}
