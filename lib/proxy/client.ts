import { BodyReader } from "./body_reader.ts";
import { exchange, type Outcome } from "./exchange.ts";
import type { Fault } from "./fault.ts";
import { findHeadEnd } from "./head_end.ts";
import type { Limits } from "./limits.ts";
import { CR, LF, SLASH } from "./octets.ts";
import { encodeReply, faultReply, type Reply } from "./reply.ts";
import { createRequestHead, parseRequestHead, type RequestHead } from "./request_head.ts";
import type { Route, RouteTable, Waited } from "./routes.ts";
import { decodeName, type RoutedTarget, routeTarget } from "./target.ts";
import type { Upstream } from "./upstream.ts";
import type { Wire } from "./wire.ts";

/** What a client's connection is served with. */
export interface ClientOptions {
  readonly wire: Wire;
  /** The client's address, for `X-Forwarded-For`. */
  readonly address: string;
  readonly routes: RouteTable;
  readonly limits: Limits;
  /** Aborts when no further request is to be taken up. */
  readonly closing: AbortSignal;
  readonly deadline: Deadline;
}

/** A time by which something must have happened; looked at now and then, not kept by a timer. */
export interface Deadline {
  /** Calls `onExpire` some time after `ms` milliseconds, unless it is set again or cleared. */
  readonly set: (ms: number | undefined, onExpire?: () => void) => void;
}

/** How long a client that is still sending is listened to after its answer. */
const LINGER_MS = 2_000;
const MAX_LINGER_BYTES = 1024 * 1024;

const NOT_FOUND: Fault = { status: 404, code: "function-not-found", message: "Function not found" };

/** Answers a client's requests one after the other, until either side has enough. */
export async function serveClient(options: ClientOptions): Promise<void> {
  const { wire, deadline } = options;
  const head = createRequestHead(options.limits.maxFields);
  try {
    while (await readHead(options, head)) {
      const outcome = await answer(options, head);
      wire.expectLittle();
      if (outcome.type === "persistent") continue;
      if (outcome.type === "close" && outcome.isLingering) await linger(options);
      return;
    }
  } finally {
    deadline.set(undefined);
    wire.close();
  }
}

/** Reads the next request's head; gives `false` when there is none, or none that can be answered. */
async function readHead(options: ClientOptions, head: RequestHead): Promise<boolean> {
  const { wire, limits, deadline, closing } = options;
  let scanned = wire.start;
  let isBegun = false;
  let refused: Promise<void> | undefined;
  deadline.set(limits.idleTimeoutMs, () => wire.close());
  for (;;) {
    skipEmptyLines(wire);
    const length = wire.end - wire.start;
    if (length > 0 && !isBegun) {
      isBegun = true;
      deadline.set(limits.headTimeoutMs, () => {
        const message = "Request timeout: the head did not come in time";
        const fault = { status: 408, code: "head-timeout", message };
        refused = refuse(options, fault).then(() => linger(options));
      });
    }
    const end = findHeadEnd(wire.buffer, Math.max(scanned, wire.start), wire.end);
    if (end !== -1) {
      deadline.set(undefined);
      const range = { start: wire.start, end };
      wire.start = end;
      const fault = end - range.start > limits.maxHeadBytes
        ? headTooLarge(limits)
        : parseRequestHead(wire.buffer, range, head, limits);
      if (fault === undefined) return true;
      await refuse(options, fault);
      await linger(options);
      return false;
    }
    if (length > limits.maxHeadBytes) {
      const isTarget = wire.buffer.indexOf(LF, wire.start) >= wire.end ||
        wire.buffer.indexOf(LF, wire.start) === -1;
      await refuse(options, isTarget ? targetTooLong(limits) : headTooLarge(limits));
      await linger(options);
      return false;
    }
    if (closing.aborted && !isBegun) return false;
    wire.isIdle = !isBegun;
    const hasBytes = await wire.fill();
    wire.isIdle = false;
    if (!hasBytes || refused !== undefined) {
      await refused;
      return false;
    }
    scanned = wire.start + Math.max(0, length - 3);
  }
}

/** Empty lines before a request are passed over (RFC 9112, section 2.2). */
function skipEmptyLines(wire: Wire): void {
  const { buffer } = wire;
  while (wire.end - wire.start >= 2 && buffer[wire.start] === CR && buffer[wire.start + 1] === LF) {
    wire.start += 2;
  }
}

async function answer(options: ClientOptions, head: RequestHead): Promise<Outcome> {
  const { wire, routes } = options;
  if (wire.buffer[head.targetStart] !== SLASH) {
    return await reply(options, head, { status: 204, body: "" });
  }
  const target = routeTarget(wire.buffer, head);
  const name = target.rawName.includes("%") || /[\x80-\xff]/.test(target.rawName)
    ? decodeName(target.rawName)
    : target.rawName;
  let route: Route | undefined = name === undefined ? undefined : routes.get(name);
  if (route?.type === "waiting") {
    const waited = await waitForRoute(options, name!);
    if (waited.type === "aborted") return { type: "close", isLingering: false };
    if (waited.type !== "route") return await reply(options, head, faultReply(STARTING));
    route = waited.route;
  }
  switch (route?.type) {
    case undefined:
      return await reply(options, head, faultReply(NOT_FOUND));
    case "ready":
      if (head.isHealthCheck) return await reply(options, head, { status: 200, body: "OK" });
      return await forward(options, head, { target, upstream: route.upstream });
    case "refused":
      return await reply(options, head, faultReply(route.fault));
    case "waiting":
      return await reply(options, head, faultReply(STARTING));
    default:
      return route satisfies never;
  }
}

/**
 * Waits for a function's start, as long as the connection is not closed. Nothing can be read
 * meanwhile, for the buffer holds the head.
 */
async function waitForRoute(options: ClientOptions, name: string): Promise<Waited> {
  const { wire, routes, limits } = options;
  const closed = new AbortController();
  wire.onRead = (hasBytes) => {
    if (!hasBytes) closed.abort();
  };
  try {
    return await routes.wait(name, { ...limits, signal: closed.signal });
  } finally {
    wire.onRead = undefined;
  }
}

const STARTING: Fault = {
  status: 503,
  code: "function-starting",
  message: "The function is still being started",
  retryAfterS: 1,
};

async function forward(
  options: ClientOptions,
  head: RequestHead,
  { target, upstream }: { readonly target: RoutedTarget; readonly upstream: Upstream },
): Promise<Outcome> {
  const { wire, limits, deadline, address } = options;
  const body = new BodyReader(wire, head.framing);
  const rewrite = {
    restStart: target.restStart,
    rawPrefix: `/${target.rawName}`,
    forwardedFor: address,
    requestId: crypto.randomUUID(),
    upstreamHost: upstream.authority,
  };
  const outcome = await upstream.use(() =>
    exchange({ client: wire, head, body, rewrite, upstream, limits, setDeadline: deadline.set })
  );
  if (outcome.type !== "fault") return outcome;
  const message = faultReply(outcome.fault);
  return await reply(options, head, message, body.isDone);
}

/**
 * Gives an answer of the proxy's own. A request's body that has not come whole by then is not
 * waited for; the connection is closed behind the answer instead.
 */
async function reply(
  options: ClientOptions,
  head: RequestHead,
  message: Reply,
  isComplete = passBody(options.wire, head),
): Promise<Outcome> {
  const isPersistent = head.isPersistent && isComplete && !options.wire.isEnded;
  const bytes = encodeReply(message, { isForHead: head.isHead, isPersistent });
  try {
    await options.wire.write(bytes);
  } catch {
    return { type: "close", isLingering: false };
  }
  return isPersistent ? { type: "persistent" } : { type: "close", isLingering: !isComplete };
}

/** Passes over a body that nobody has begun to read; tells whether all of it was there. */
function passBody(wire: Wire, head: RequestHead): boolean {
  const body = new BodyReader(wire, head.framing);
  body.takeBuffered();
  return body.isDone;
}

/** Answers what could not be read as a request. */
async function refuse({ wire }: ClientOptions, fault: Fault): Promise<void> {
  const bytes = encodeReply(faultReply(fault), { isForHead: false, isPersistent: false });
  try {
    await wire.write(bytes);
    await wire.connection.closeWrite();
  } catch {
    wire.close();
  }
}

/**
 * Lets a client finish what it is sending: a connection closed over unread bytes is reset, and the
 * client would lose its answer (RFC 9112, section 9.6). Bounded in time and bytes.
 */
async function linger({ wire, deadline }: ClientOptions): Promise<void> {
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

function headTooLarge(limits: Limits): Fault {
  return {
    status: 431,
    code: "head-too-large",
    message: `Request header fields too large: more than ${limits.maxHeadBytes} bytes`,
  };
}

function targetTooLong(limits: Limits): Fault {
  return {
    status: 414,
    code: "target-too-long",
    message: `URI too long: more than ${limits.maxTargetBytes} bytes`,
  };
}
