import { describeRequest } from "./access_log.ts";
import { BodyReader } from "./body_reader.ts";
import { exchange } from "./exchange.ts";
import { type Fault, faultOf } from "./fault.ts";
import { fieldText } from "./fields.ts";
import { ascii, SLASH } from "./octets.ts";
import { CLOSE, LINGER, type Outcome, PERSISTENT } from "./outcome.ts";
import { giveBackHead, readRequestHead } from "./read_request_head.ts";
import { asksForHtml, encodeReply, faultReply, type Reply } from "./reply.ts";
import type { RequestHead } from "./request_head.ts";
import type { Route, Waited } from "./routes.ts";
import { type Client, linger, refuseClient } from "./service.ts";
import { clearTally } from "./tally.ts";
import { type RoutedTarget, routeTarget } from "./target.ts";

type ReadyRoute = Extract<Route, { readonly type: "ready" }>;

const ACCEPT = ascii("accept");
const REQUEST_ID = ascii("x-request-id");

const NOT_FOUND = faultOf("function-not-found");
const STARTING = faultOf("function-starting", { retryAfterS: 1 });
const CROWDED = faultOf("function-starting", {
  detail: "and too many requests wait for it",
  retryAfterS: 1,
});
const BUSY = faultOf("function-busy", {
  detail: "it has as many requests in flight as it may have",
  retryAfterS: 1,
});

const PROXY_FAILED = faultOf("proxy-failed", { detail: "ddsrv reports why" });

/** Answers a client's requests one after the other, until either side has enough. */
export async function serveClient(client: Client): Promise<void> {
  const { wire, deadline } = client;
  try {
    for (;;) {
      const head = await readRequestHead(client);
      if (head === undefined) return;
      const outcome = await serveRequest(client, head).catch((error) => apologize(client, error));
      giveBackHead(head);
      wire.expectLittle();
      if (outcome.type === "persistent") continue;
      if (outcome.type === "close" && outcome.isLingering) await linger(client);
      return;
    }
  } finally {
    deadline.clear();
    wire.close();
  }
}

/** A fault of our own: it is reported, and the client is told as far as that is still possible. */
async function apologize(client: Client, error: unknown): Promise<Outcome> {
  const { service, tally } = client;
  service.onError(error);
  if (tally.status === 0 && tally.headBytes === 0) await refuseClient(client, PROXY_FAILED);
  return CLOSE;
}

/** Answers a request, and tells of it where somebody wants to know. */
async function serveRequest(client: Client, head: RequestHead): Promise<Outcome> {
  const { wire, tally, peer, service } = client;
  clearTally(tally);
  if (service.onAccess === undefined) return await answer(client, head);
  const request = describeRequest(head, Date.now());
  const [begunAtMs, before] = [performance.now(), wire.written];
  const outcome = await answer(client, head);
  service.onAccess({
    ...request,
    address: peer.address,
    functionName: tally.functionName,
    status: tally.status === 0 ? CLIENT_CLOSED_STATUS : tally.status,
    bytes: Math.max(0, wire.written - before - tally.headBytes),
    durationMs: performance.now() - begunAtMs,
    requestId: tally.requestId,
    error: tally.error,
  });
  return outcome;
}

const CLIENT_CLOSED_STATUS = faultOf("client-closed").status;

async function answer(client: Client, head: RequestHead): Promise<Outcome> {
  const { routes, domains, limits } = client.service;
  const target = routeTarget(head, domains);
  if (head.bytes[head.targetStart] !== SLASH && target.rawPrefix !== "") {
    return await reply(client, head, { status: 204, body: "" });
  }
  const { name } = target;
  let route: Route | undefined = name === undefined ? undefined : routes.get(name);
  if (route !== undefined) client.tally.functionName = name;
  if (route?.type === "waiting") {
    const waited = await waitForRoute(client, name!);
    if (waited.type === "aborted") return gone(client);
    if (waited.type === "crowded") return await replyFault(client, head, CROWDED);
    route = waited.type === "route" ? waited.route : route;
  }
  switch (route?.type) {
    case undefined:
      return await replyFault(client, head, NOT_FOUND);
    case "ready":
      if (head.isHealthCheck) return await reply(client, head, { status: 200, body: "OK" });
      if (route.upstream.inFlight >= limits.maxInFlight) {
        return await replyFault(client, head, BUSY);
      }
      return await forward(client, head, { target, route });
    case "refused":
      return await replyFault(client, head, route.fault);
    case "waiting":
      return await replyFault(client, head, STARTING);
    default:
      return route satisfies never;
  }
}

/**
 * Waits for a function's start, as long as the client is there. What the client sends meanwhile is
 * read for as long as there is room; the head stays in the buffer that it came in.
 */
async function waitForRoute({ wire, service }: Client, name: string): Promise<Waited> {
  const gone = new AbortController();
  let isDetached = false;
  const watch = (): void => {
    if (!isDetached || wire.end === wire.buffer.length) wire.detach();
    isDetached = true;
    if (wire.end < wire.buffer.length) void wire.fill();
  };
  wire.onRead = (hasBytes) => hasBytes ? watch() : gone.abort();
  watch();
  try {
    return await service.routes.wait(name, { ...service.limits, signal: gone.signal });
  } finally {
    wire.onRead = undefined;
  }
}

async function forward(
  client: Client,
  head: RequestHead,
  { target, route }: { readonly target: RoutedTarget; readonly route: ReadyRoute },
): Promise<Outcome> {
  const { wire, peer, deadline, tally } = client;
  const { limits } = client.service;
  const { upstream } = route;
  const { framing } = head;
  if (framing.type === "length" && framing.length > limits.maxBodyBytes) {
    return await replyFault(client, head, tooLarge(limits.maxBodyBytes));
  }
  const body = new BodyReader(wire, framing, { maxBytes: limits.maxBodyBytes });
  const keepsPrefix = route.keepPrefix === true;
  const requestId = (peer.isTrusted && fieldText(head.bytes, head.fields, REQUEST_ID)) ||
    crypto.randomUUID();
  tally.requestId = requestId;
  const rewrite = {
    restStart: keepsPrefix ? head.targetStart : target.restStart,
    rawPrefix: keepsPrefix ? "" : target.rawPrefix,
    peer,
    requestId,
    upstreamHost: upstream.authority,
  };
  const outcome = await upstream.use(() =>
    exchange({ client: wire, head, body, rewrite, upstream, limits, deadline, tally })
  );
  if (outcome.type !== "fault") return outcome;
  return await replyFault(client, head, outcome.fault, body.isDone);
}

/** The client went away before its answer. */
function gone({ tally }: Client): Outcome {
  tally.error = "client-closed";
  return CLOSE;
}

async function replyFault(
  client: Client,
  head: RequestHead,
  fault: Fault,
  isComplete?: boolean,
): Promise<Outcome> {
  client.tally.error = fault.code;
  const isHtml = asksForHtml(fieldText(head.bytes, head.fields, ACCEPT));
  const message = faultReply(fault, { isHtml, isHidden: client.service.hideErrors });
  return await reply(client, head, message, isComplete);
}

/**
 * Gives an answer of the proxy's own. A request's body that has not come whole by then is not
 * waited for; the connection is closed behind the answer instead.
 */
async function reply(
  client: Client,
  head: RequestHead,
  message: Reply,
  isComplete = passBody(client, head),
): Promise<Outcome> {
  const { wire, tally, deadline, service } = client;
  const isPersistent = head.isPersistent && isComplete && !wire.isEnded;
  const { bytes, headBytes } = encodeReply(message, { isForHead: head.isHead, isPersistent });
  tally.status = message.status;
  tally.headBytes += headBytes;
  deadline.set(service.limits.stallTimeoutMs, () => wire.close());
  try {
    await wire.write(bytes);
  } catch {
    return CLOSE;
  }
  return isPersistent ? PERSISTENT : isComplete ? CLOSE : LINGER;
}

/** Passes over a body that nobody has begun to read; tells whether all of it was there. */
function passBody({ wire }: Client, head: RequestHead): boolean {
  const body = new BodyReader(wire, head.framing);
  body.takeBuffered();
  return body.isDone;
}

function tooLarge(maxBytes: number): Fault {
  return faultOf("body-too-large", { detail: `more than ${maxBytes} bytes` });
}
