import { z } from "zod";
import { judgeName } from "../config/function_name.ts";
import { API_PREFIX } from "./api.ts";
import { apiShapes } from "./api_schema.ts";
import { matchRoute } from "./match_route.ts";
import { readBody } from "./read_body.ts";
import { type ControlContext, failure, type Reply, type Route } from "./route.ts";
import { waitUntilKnown } from "./wait_until_known.ts";

/** An unvalidated request. */
export interface ControlRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly host: string | undefined;
  /** Origin of the web page that makes a browser send the request. */
  readonly origin: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** User id of the client; `undefined` if it is unknown. */
  readonly uid?: number | undefined;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
}

/** Maximum size of a request body, unless the route says otherwise. */
const MAX_BODY_BYTES = 64 * 1024;

const RESTARTING = failure(
  503,
  "A restart of ddsrv is going on. Try again when it has ended: ddsrv status",
);

const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** Validates a request and lets its route handle it. */
export async function answer(
  request: ControlRequest,
  routes: readonly Route[],
  context: ControlContext,
): Promise<Reply> {
  const refusal = refuseBrowser(request);
  if (refusal !== undefined) return refusal;
  const [path = "", ...queries] = request.target.split("?");
  const match = matchRoute(routes, { method: request.method, path });
  switch (match.type) {
    case "outside":
      return failure(404, `No such path: all paths begin with ${API_PREFIX}`);
    case "malformed":
      return failure(400, "The path is not valid UTF-8");
    case "unknown":
      return failure(404, `No such path: "${path}". See: ddsrv schema --api`);
    case "otherMethod": {
      const allow = match.allow.join(", ");
      const reply = failure(405, `"${path}" does not support ${request.method}. Use ${allow}`);
      return { ...reply, headers: { allow } };
    }
    case "found":
      if (match.route.method === "POST" && context.restarts?.isActive()) return RESTARTING;
      return await call(match.route, match.name, { request, query: queries.join("?"), context });
    default:
      return match satisfies never;
  }
}

/**
 * Refuses requests of web pages. A browser can't open a Unix socket, but it could reach a port that
 * somebody forwards to the socket. Its requests have an `Origin` field, or, with DNS rebinding, a
 * foreign `Host` field.
 */
export function refuseBrowser(
  { host, origin }: Pick<ControlRequest, "host" | "origin">,
): Reply | undefined {
  if (origin !== undefined) return failure(403, "Requests from web pages are not allowed");
  if (host !== undefined && LOCAL_HOST.test(host)) return undefined;
  return failure(421, `Send "Host: localhost". Other hosts are not served`);
}

async function call(
  route: Route,
  name: string,
  { request, query: text, context }: {
    readonly request: ControlRequest;
    readonly query: string;
    readonly context: ControlContext;
  },
): Promise<Reply> {
  const parameters = new URLSearchParams(text);
  const twice = [...parameters.keys()].find((key) => parameters.getAll(key).length > 1);
  if (twice !== undefined) return failure(400, `The query contains "${twice}" more than once`);
  const query = (route.query ?? z.strictObject({})).safeParse(Object.fromEntries(parameters));
  if (!query.success) return failure(400, `Invalid query: ${describe(query.error)}`);
  let body: unknown;
  if (route.requestBody !== undefined) {
    const { maxBodyBytes = MAX_BODY_BYTES } = route;
    const read = await readBody(request.body, maxBodyBytes);
    if (read.type === "tooLong") {
      return failure(413, `The body is larger than ${maxBodyBytes} bytes`);
    }
    if (read.type !== "read") return failure(400, "The body is incomplete or not valid UTF-8");
    const parsed = apiShapes[route.requestBody].safeParse(parseJson(read.text));
    if (!parsed.success) return failure(400, `Invalid body: ${describe(parsed.error)}`);
    body = parsed.data;
  }
  const { uid, signal } = request;
  if (route.needsScan === true) {
    const unknown = await waitUntilKnown({ ...context, name: "", signal });
    if (unknown !== undefined) return unknown;
  }
  const checked = { name, query: query.data, body, uid, signal };
  const reply = await route.handle(checked, context);
  if (reply.status !== 404 || judgeName(name).type !== "function") return reply;
  // A handler that has found nothing has changed nothing.
  const unknown = await waitUntilKnown({ ...context, name, signal });
  return unknown ?? await route.handle(checked, context);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => [...path, message].join(": ")).join("; ");
}
