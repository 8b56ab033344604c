import type { Limits } from "../config/limits.ts";
import type { AccessRecord } from "./access_log.ts";
import type { Deadline } from "./deadline.ts";
import type { Fault } from "./fault.ts";
import type { Peer } from "./peer.ts";
import { encodeReply, faultReply } from "./reply.ts";
import type { RouteTable } from "./routes.ts";
import type { Tally } from "./tally.ts";
import type { Wire } from "./wire.ts";

/** What all clients of a proxy are served with. */
export interface Service {
  readonly routes: RouteTable;
  readonly limits: Limits;
  /** Domains whose subdomains name functions, in lower case. */
  readonly domains: readonly string[];
  /** Clients are told no more of a fault than its kind. */
  readonly hideErrors: boolean;
  /** Told of every request, where somebody wants to know. */
  readonly onAccess: ((record: AccessRecord) => void) | undefined;
  /** Told of a fault of our own. */
  readonly onError: (error: unknown) => void;
  /** Aborts when no further request is to be taken up. */
  readonly closing: AbortSignal;
}

/** One client's connection. */
export interface Client {
  readonly wire: Wire;
  readonly peer: Peer;
  readonly deadline: Deadline;
  /** What becomes of the request that is being answered. */
  readonly tally: Tally;
  readonly service: Service;
}

/** What is known of a request that could not be read. */
const UNREADABLE = {
  method: "",
  target: "",
  protocol: "",
  host: "",
  referer: "",
  userAgent: "",
  functionName: undefined,
  durationMs: 0,
  requestId: undefined,
} as const;

/** How long a client that is still sending is listened to after its answer. */
const LINGER_MS = 2_000;
const MAX_LINGER_BYTES = 1024 * 1024;

/** Answers what could not be read as a request, and ends the connection. */
export async function refuseClient(
  client: Client,
  fault: Fault,
  isForHead = false,
): Promise<void> {
  const { wire, service, peer } = client;
  const reply = faultReply(fault, { isHidden: service.hideErrors });
  const { bytes, headBytes } = encodeReply(reply, { isForHead, isPersistent: false });
  service.onAccess?.({
    ...UNREADABLE,
    startedAtMs: Date.now(),
    address: peer.address,
    status: fault.status,
    bytes: bytes.length - headBytes,
    error: fault.code,
  });
  try {
    await wire.write(bytes);
  } catch {
    wire.close();
    return;
  }
  await linger(client);
}

/**
 * Lets a client finish what it is sending: a connection closed over unread bytes is reset, and the
 * client would lose its answer (RFC 9112, section 9.6). Bounded in time and bytes.
 */
export async function linger({ wire, deadline }: Client): Promise<void> {
  deadline.set(LINGER_MS, () => wire.close());
  try {
    await wire.connection.closeWrite();
  } catch {
    return;
  }
  for (let bytes = 0; bytes < MAX_LINGER_BYTES;) {
    bytes += wire.end - wire.start;
    wire.start = wire.end;
    if (!await wire.fill()) return;
  }
}
