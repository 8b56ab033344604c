import { API_PREFIX } from "./api.ts";
import { ROUTES } from "./api_routes.ts";
import { answer } from "./answer_request.ts";
import type { Answer, Call } from "./call.ts";
import { type ControlCalls, createCalls } from "./control_client.ts";
import type { ControlOptions } from "./server.ts";

/**
 * Returns the operations of the control API for the supervisor's own process. They use the routes
 * of the socket and its validation, without a connection.
 */
export function createOwnCalls(options: ControlOptions): ControlCalls {
  return createCalls((call) => answerOwn(call, options), { socket: options.socket });
}

async function answerOwn(
  { method, path, body, timeoutMs, signal }: Call,
  options: ControlOptions,
): Promise<Answer> {
  const late = AbortSignal.timeout(timeoutMs);
  const request = {
    method,
    target: API_PREFIX + path,
    host: "localhost",
    origin: undefined,
    body: bytesOf(body),
    signal: signal === undefined ? late : AbortSignal.any([late, signal]),
  };
  const reply = await answer(request, ROUTES, options);
  return { status: reply.status, body: reply.body };
}

async function* bytesOf(body: unknown): AsyncGenerator<Uint8Array> {
  if (body !== undefined) {
    yield await Promise.resolve(new TextEncoder().encode(JSON.stringify(body)));
  }
}
