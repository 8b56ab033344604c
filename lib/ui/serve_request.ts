import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestFacts } from "./page_env.ts";

/** Answers a request of a browser. */
export type AnswerRequest = (
  request: Request,
  facts: RequestFacts,
) => Response | Promise<Response>;

/** Options of {@linkcode serveRequest}. */
export interface ServeOptions {
  readonly answer: AnswerRequest;
  /** Path and query of the request. */
  readonly target: string;
  /** Returns true for a proxy whose `X-Forwarded-Proto` counts. */
  readonly isTrusted: (address: string) => boolean;
}

/** Maximum size of a form. */
const MAX_BODY_BYTES = 16 * 1024;

/** Answers a request of `node:http` with a handler of the Fetch API; never rejects. */
export async function serveRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  try {
    const body = await readBody(request);
    if (body === undefined) return refuse(response, 413, "The form is too large");
    const facts = factsOf(request, { ...options, signal: gone.signal });
    const reply = await options.answer(toRequest(request, { ...options, body }), facts);
    await write(request, response, reply);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuse(response, 500, String(error));
  }
}

/** Returns `undefined` for a body that is too large. */
async function readBody(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(MAX_BODY_BYTES);
  let length = 0;
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    if (length + piece.length > bytes.length) return undefined;
    bytes.set(piece, length);
    length += piece.length;
  }
  return bytes.subarray(0, length);
}

function toRequest(
  { method = "GET", headers }: IncomingMessage,
  { target, body }: { readonly target: string; readonly body: Uint8Array<ArrayBuffer> },
): Request {
  const fields = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string") fields.set(name, value);
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(target, "http://localhost"), {
    method,
    headers: fields,
    ...hasBody ? { body } : {},
  });
}

function factsOf(
  { socket, headers }: IncomingMessage,
  { isTrusted, signal }: Pick<ServeOptions, "isTrusted"> & { readonly signal: AbortSignal },
): RequestFacts {
  const address = socket.remoteAddress ?? "";
  const proto = headers["x-forwarded-proto"];
  const isHttps = typeof proto === "string" && proto.split(",")[0]!.trim() === "https" &&
    isTrusted(address);
  return { address, isHttps, signal };
}

async function write(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Response,
): Promise<void> {
  response.writeHead(reply.status, {
    ...Object.fromEntries(reply.headers),
    // Do not wait for the rest of a request body.
    ...(request.complete ? {} : { connection: "close" }),
  });
  if (request.method === "HEAD" || reply.body === null) {
    await reply.body?.cancel();
    response.end();
    return;
  }
  const reader = reply.body.getReader();
  const stop = (): void => void reader.cancel().catch(() => {});
  response.once("close", stop);
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    // It may have been closed before anything listened.
    if (response.destroyed) return stop();
    if (!response.write(value)) await drained(response);
  }
  response.off("close", stop);
  response.end();
}

async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("drain", resolve).once("close", resolve);
  await promise;
  response.off("drain", resolve).off("close", resolve);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain;charset=UTF-8", connection: "close" });
  response.end(`${text}\n`);
}
