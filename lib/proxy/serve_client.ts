import { shareOf } from "../config/limit_settings.ts";
import { acceptsHtml } from "./accept.ts";
import { type AccessRequest, describeRequest } from "./access_log.ts";
import { answerFault, answerReply, linger } from "./send_reply.ts";
import { answerUnknown } from "./answer_unknown.ts";
import { answerReload, isReloadRequest } from "./answer_reload.ts";
import { CLIENT_CLOSED } from "./attempt_state.ts";
import { BodyReader } from "./http1/body_reader.ts";
import type { Client } from "./context.ts";
import { copyHopNames } from "./http1/connection_field.ts";
import { clientAddress } from "./forwarded_client.ts";
import { leavesFirstSegment } from "./dot_segments.ts";
import type { ExchangeOptions } from "./attempt.ts";
import { exchange } from "./exchange.ts";
import { type FaultCode, faultOf, malformed } from "./http1/fault.ts";
import { FieldKind } from "./http1/field_names.ts";
import { fieldText, findField, valueEnd, valueStart } from "./http1/fields.ts";
import { limitRate } from "./limit_rate.ts";
import { ascii, latin1 } from "./http1/octets.ts";
import { CLOSE, type Outcome } from "./outcome.ts";
import { readRequestHead, releaseRequestHead } from "./read_request_head.ts";
import type { Reply } from "./reply.ts";
import type { RequestHead } from "./http1/request_head.ts";
import type { Route, RouteTable, WaitOutcome } from "./route_table.ts";
import { clearTally } from "./tally.ts";
import { countRequest, type RequestFigures } from "./traffic.ts";
import { type RoutedTarget, routeTarget } from "./target.ts";
import { waitForRoute } from "./wait_for_route.ts";
import { withSlash } from "./with_slash.ts";

type ReadyRoute = Extract<Route, { readonly type: "ready" }>;

const REQUEST_ID = ascii("x-request-id");

/** Maximum bytes read of an Accept field. Browsers list HTML first. */
const MAX_ACCEPT_BYTES = 256;

const NOT_FOUND = faultOf("function-not-found");
const STARTING = faultOf("function-starting", { retryAfterS: 1 });
const UNKNOWN = faultOf("function-starting", {
  message: "ddsrv has not read its functions yet",
  retryAfterS: 1,
});
const CROWDED = faultOf("function-starting", {
  detail: "too many requests are waiting for it",
  retryAfterS: 1,
});
const BUSY = faultOf("function-busy", {
  detail: "it has reached its limit of in-flight requests",
  retryAfterS: 1,
});
const PEER_BUSY = faultOf("too-many-in-flight", {
  detail: "this address has reached its limit of in-flight requests",
  retryAfterS: 1,
});
const DOT_SEGMENTS = malformed(
  'the path leaves or begins with a function\'s name by ".." or ".", so that another server could ' +
    "read another name. Remove these segments",
);
const PROXY_FAILED = faultOf("proxy-failed", { detail: "ddsrv has logged the reason" });

/** It is for any URL and any client, so a cache must never give it to a request without the field. */
const HEALTHY: Reply = {
  status: 200,
  body: "OK",
  fields: { "cache-control": "no-store", "vary": "x-graphand-healthcheck" },
};

/** Answers the requests of a client one after the other, until either side closes the connection. */
export async function serveClient(client: Client): Promise<void> {
  const { wire, deadlines, slot } = client;
  try {
    for (;;) {
      const head = await readRequestHead(client);
      // The connection may have been evicted just when the head was complete.
      if (head === undefined || !slot.markBusy()) return;
      if (client.context.isLeaving && !head.isUpgrade) head.isPersistent = false;
      const outcome = await serveRequest(client, head);
      releaseRequestHead(head);
      wire.shrink();
      if (outcome.type === "persistent") continue;
      slot.markIdle();
      if (outcome.type === "close" && outcome.isLingering) await linger(client);
      return;
    }
  } finally {
    for (const deadline of [deadlines.read, deadlines.write, deadlines.answer]) deadline.clear();
    wire.close();
  }
}

/** Answers the one request of a stream of HTTP/2, which is in the wire's buffer. */
export async function serveStream(client: Client): Promise<void> {
  const { wire, deadlines } = client;
  try {
    const head = await readRequestHead(client);
    if (head === undefined) return;
    await serveRequest(client, head);
    releaseRequestHead(head);
  } finally {
    for (const deadline of [deadlines.read, deadlines.write, deadlines.answer]) deadline.clear();
    wire.close();
  }
}

/** Answers a request, and adds it to the traffic figures and the access log. */
async function serveRequest(client: Client, head: RequestHead): Promise<Outcome> {
  const { wire, tally, context } = client;
  clearTally(tally);
  tally.beganAtMs = performance.now();
  const request = context.onAccess === undefined ? undefined : describe(client, head);
  const before = { written: wire.written, consumed: consumedBytes(wire) };
  let outcome = CLOSE;
  try {
    outcome = await answer(client, head);
  } catch (error) {
    context.onError(error);
    await answerProxyFailure(client, head);
  }
  takeSentStatus(client);
  const sentBytes = Math.max(0, wire.written - before.written - tally.headBytes);
  countTraffic(client, { sentBytes, receivedBytes: consumedBytes(wire) - before.consumed });
  if (request !== undefined) logAccess(client, request, sentBytes);
  return outcome;
}

function describe({ http2 }: Client, head: RequestHead): AccessRequest {
  const request = describeRequest(head, Date.now());
  if (http2 === undefined) return request;
  const method = http2.isTunnel ? "CONNECT" : request.method;
  return { ...request, method, protocol: "HTTP/2.0" };
}

/**
 * Takes the status that a client of HTTP/2 has got: 200 for an open tunnel, and 502 where a function
 * answers a request for one by 2xx, which would mean that it is open.
 */
function takeSentStatus({ http2, tally }: Client): void {
  const sent = http2?.sentStatus() ?? 0;
  if (sent === 0 || sent === tally.status) return;
  tally.status = sent;
  if (sent >= 500) tally.error ??= "upstream-failed";
}

/** Returns the number of bytes that were read and used. */
function consumedBytes({ received, start, end }: Client["wire"]): number {
  return received - (end - start);
}

function countTraffic(
  { tally, context }: Client,
  bytes: Pick<RequestFigures, "sentBytes" | "receivedBytes">,
): void {
  const { functionName, status, error, beganAtMs, isDebug } = tally;
  if (isDebug) return;
  const traffic = functionName === undefined ? undefined : context.routes.trafficOf(functionName);
  if (traffic === undefined) return;
  const answeredAtMs = tally.answeredAtMs === 0 ? performance.now() : tally.answeredAtMs;
  countRequest(traffic, {
    ...bytes,
    isError: isFailure(status, error),
    latencyMs: answeredAtMs - beganAtMs,
  });
}

/** A response that was cut off has an error besides its status. A stop by hand is no failure. */
function isFailure(status: number, error: FaultCode | undefined): boolean {
  if (error === "function-stopped") return false;
  return status >= 500 || error !== undefined && faultOf(error).status >= 500;
}

function logAccess({ tally, peer, context }: Client, request: AccessRequest, bytes: number): void {
  const isGone = tally.status === 0;
  context.onAccess?.({
    ...request,
    address: peer.address,
    functionName: tally.functionName,
    status: isGone ? CLIENT_CLOSED.status : tally.status,
    bytes,
    durationMs: performance.now() - tally.beganAtMs,
    requestId: tally.requestId,
    error: tally.error ?? (isGone ? CLIENT_CLOSED.code : undefined),
  });
}

/** Answers with 500 after a bug of the proxy, unless a response has started. */
async function answerProxyFailure(client: Client, head: RequestHead): Promise<void> {
  client.tally.error = PROXY_FAILED.code;
  if (client.tally.headBytes > 0) return;
  const closing = { ...head, isPersistent: false };
  await answerFault(client, closing, { fault: PROXY_FAILED, isHtml: false, isComplete: true });
}

async function answer(client: Client, head: RequestHead): Promise<Outcome> {
  const { routes, rateLimit } = client.context;
  const limited = rateLimit === "none" ? undefined : limitRate(client, head, { limit: rateLimit });
  if (limited !== undefined) {
    return await answerFault(client, head, { fault: limited, isHtml: acceptsHtml(acceptOf(head)) });
  }
  const unknown = routes.isComplete ? undefined : await waitForNames(client, head);
  if (unknown !== undefined) return unknown;
  const target = routeTarget(head, client.context);
  if (head.isServerWide && target.rawPrefix !== "") {
    return await answerReply(client, head, { reply: { status: 204, body: "" } });
  }
  const { name } = target;
  const accept = acceptOf(head);
  const isHtml = acceptsHtml(accept);
  if (target.isByPath && leavesFirstSegment(head.bytes, head.targetStart, head.targetEnd)) {
    return await answerFault(client, head, { fault: DOT_SEGMENTS, isHtml });
  }
  const debug = name === undefined ? undefined : debugRouteOf(head, { name, routes });
  client.tally.isDebug = debug !== undefined;
  let route = debug ?? (name === undefined ? undefined : routes.resolve(name));
  if (route === undefined) return await answerUnknown(client, head, { target, accept, isHtml });
  client.tally.functionName = name;
  if (routes.onReload !== undefined && isReloadRequest(head, target)) {
    return await answerReload(client, head, { name: name!, reload: routes.onReload });
  }
  if (route?.type === "waiting") {
    const waited = await waitForStart(client, head, name!);
    if (waited.type === "aborted") return CLOSE;
    if (waited.type === "crowded") {
      return await answerFault(client, head, { fault: CROWDED, isHtml });
    }
    route = waited.type === "route" ? waited.route : route;
  }
  switch (route?.type) {
    case undefined:
      return await answerFault(client, head, { fault: NOT_FOUND, isHtml });
    case "ready":
      return await forward(client, head, { target, route, isHtml });
    case "refused":
      return await answerFault(client, head, { fault: route.fault, isHtml });
    case "waiting":
      return await answerFault(client, head, { fault: STARTING, isHtml });
    default:
      return route satisfies never;
  }
}

/** Returns the route of a debug session, if the request has its secret. */
function debugRouteOf(
  { bytes, fields }: RequestHead,
  { name, routes }: { readonly name: string; readonly routes: RouteTable },
): Route | undefined {
  const index = findField(fields, FieldKind.DebugSecret);
  if (index === -1) return undefined;
  return routes.debugRouteOf(
    name,
    bytes.subarray(valueStart(fields, index), valueEnd(fields, index)),
  );
}

/** Waits until all functions are known; answers with 503 if that takes too long. */
async function waitForNames(client: Client, head: RequestHead): Promise<Outcome | undefined> {
  const waited = await waitForStart(client, head, undefined);
  if (waited.type === "route") return undefined;
  if (waited.type === "aborted") return CLOSE;
  const fault = waited.type === "crowded" ? CROWDED : UNKNOWN;
  return await answerFault(client, head, { fault, isHtml: acceptsHtml(acceptOf(head)) });
}

/** Waits for a function to start. Limits the share of one peer among waiting requests. */
async function waitForStart(
  client: Client,
  head: RequestHead,
  name: string | undefined,
): Promise<WaitOutcome> {
  const { account, context } = client;
  const isCrowded = !account.isExempt && account.waiting >= shareOf(context.limits.maxWaiting);
  if (isCrowded) return { type: "crowded" };
  account.waiting++;
  try {
    return await waitForRoute(client, head, name);
  } finally {
    account.waiting--;
  }
}

/** The destination of a request. */
interface Destination {
  readonly target: RoutedTarget;
  readonly route: ReadyRoute;
  readonly isHtml: boolean;
}

async function forward(
  client: Client,
  head: RequestHead,
  { target, route, isHtml }: Destination,
): Promise<Outcome> {
  const { wire, peer, account, tally } = client;
  const { limits, figures } = client.context;
  const { upstream } = route;
  const { framing } = head;
  if (head.isHealthCheck && client.context.compatHealthcheck) {
    return await answerReply(client, head, { reply: HEALTHY });
  }
  const limited = route.rateLimit === undefined || route.rateLimit === "none"
    ? undefined
    : limitRate(client, head, { limit: route.rateLimit, functionName: target.name });
  if (limited !== undefined) return await answerFault(client, head, { fault: limited, isHtml });
  const location = route.isFolder === true ? withSlash(head, target) : undefined;
  if (location !== undefined) {
    return await answerReply(client, head, {
      reply: { status: 308, body: "", fields: { location } },
    });
  }
  if (upstream.inFlight >= limits.maxInFlight) {
    return await answerFault(client, head, { fault: BUSY, isHtml });
  }
  if (account.inFlight >= limits.maxInFlightPerPeer && !account.isExempt) {
    figures.crowdedRequests++;
    return await answerFault(client, head, { fault: PEER_BUSY, isHtml });
  }
  if (framing.type === "length" && framing.length > limits.maxBodyBytes) {
    const fault = faultOf("body-too-large", { detail: `more than ${limits.maxBodyBytes} bytes` });
    return await answerFault(client, head, { fault, isHtml });
  }
  const body = new BodyReader(wire, framing, {
    maxBytes: limits.maxBodyBytes,
    hopNames: copyHopNames(head),
  });
  const keepsPrefix = route.keepPrefix === true;
  const requestId = (peer.isTrusted && fieldText(head.bytes, head.fields, REQUEST_ID)) ||
    crypto.randomUUID();
  tally.requestId = requestId;
  const rewrite = {
    restStart: keepsPrefix ? head.targetStart : target.restStart,
    rawPrefix: keepsPrefix ? "" : target.rawPrefix,
    peer,
    clientBytes: clientAddress(peer, head, client.context.isTrusted),
    requestId,
    upstreamHost: upstream.authority,
    via: client.context.via,
    isHttp2: client.http2 !== undefined,
  };
  account.inFlight++;
  let outcome: Outcome;
  try {
    outcome = await upstream.use(() => pacedExchange({ client, head, body, rewrite, upstream }));
  } finally {
    account.inFlight--;
  }
  if (outcome.type !== "fault") return outcome;
  return await answerFault(client, head, {
    fault: outcome.fault,
    isHtml,
    isComplete: body.isDone,
  });
}

/** Forwards a request when the event loop has room for it. */
async function pacedExchange(options: ExchangeOptions): Promise<Outcome> {
  const { context, tally } = options.client;
  const turn = context.pacer.enter(tally.beganAtMs);
  const ticket = typeof turn === "number" ? turn : await turn;
  try {
    return await exchange(options);
  } finally {
    context.pacer.leave(ticket);
  }
}

/** Must be called before anything else is read into the buffer that contains the head. */
function acceptOf({ bytes, fields }: RequestHead): string {
  const index = findField(fields, FieldKind.Accept);
  if (index === -1) return "";
  const start = valueStart(fields, index);
  return latin1(bytes, start, Math.min(valueEnd(fields, index), start + MAX_ACCEPT_BYTES));
}
