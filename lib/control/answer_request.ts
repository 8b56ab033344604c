import { z } from "zod";
import { API_PREFIX } from "./api.ts";
import { apiShapes } from "./api_schema.ts";
import { matchRoute } from "./match_route.ts";
import { readBody } from "./read_body.ts";
import { type ControlContext, failure, type Reply, type Route } from "./route.ts";

/** A request as it came, with nothing in it believed yet. */
export interface ControlRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly host: string | undefined;
  /** Of the page that makes a browser send it. */
  readonly origin: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  readonly gone: AbortSignal;
}

/** Longest body of a request whose route names no other. */
const MAX_BODY_BYTES = 64 * 1024;

const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** Answers a request, by the route that it leads to. */
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
      return failure(404, `No such path; the API begins at ${API_PREFIX}`);
    case "malformed":
      return failure(400, "The path is not UTF-8");
    case "unknown":
      return failure(404, `No such path: "${path}". See: ddsrv schema --api`);
    case "otherMethod": {
      const allow = match.allow.join(", ");
      const reply = failure(405, `"${path}" takes ${allow}, and not ${request.method}`);
      return { ...reply, headers: { allow } };
    }
    case "found":
      return await call(match.route, match.name, { request, query: queries.join("?"), context });
    default:
      return match satisfies never;
  }
}

/**
 * A browser can't open a Unix socket. Where somebody forwards it to a port, it could: pages of other
 * sites are then known by their origin, and by their host when their name was made to lead here.
 */
function refuseBrowser({ host, origin }: ControlRequest): Reply | undefined {
  if (origin !== undefined) return failure(403, "Requests of web pages are not answered");
  if (host !== undefined && LOCAL_HOST.test(host)) return undefined;
  return failure(421, `Send "Host: localhost": this is no server for other names`);
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
  if (twice !== undefined) return failure(400, `The query has "${twice}" more than once`);
  const query = (route.query ?? z.strictObject({})).safeParse(Object.fromEntries(parameters));
  if (!query.success) return failure(400, `The query is wrong: ${sayWhy(query.error)}`);
  let body: unknown;
  if (route.takes !== undefined) {
    const { maxBodyBytes = MAX_BODY_BYTES } = route;
    const read = await readBody(request.body, maxBodyBytes);
    if (read.type === "tooLong") return failure(413, `Send at most ${maxBodyBytes} bytes`);
    if (read.type !== "read") return failure(400, "The body did not come whole, or not as UTF-8");
    const parsed = apiShapes[route.takes].safeParse(parseJson(read.text));
    if (!parsed.success) return failure(400, `The body is wrong: ${sayWhy(parsed.error)}`);
    body = parsed.data;
  }
  return await route.handle({ name, query: query.data, body, gone: request.gone }, context);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sayWhy(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => [...path, message].join(": ")).join("; ");
}
