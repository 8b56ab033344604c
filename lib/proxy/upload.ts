import { type AttemptState, CLIENT_CLOSED } from "./attempt_state.ts";
import type { BodyReader } from "./http1/body_reader.ts";
import type { Client } from "./context.ts";
import { watchHalfClosed } from "./half_closed.ts";
import { type Fault, faultOf, malformed } from "./http1/fault.ts";
import type { Wire } from "./http1/wire.ts";

/** Options of {@linkcode upload}. */
export interface UploadOptions {
  readonly client: Client;
  readonly isHttp10: boolean;
  readonly body: BodyReader;
  readonly upstream: Wire;
  readonly state: AttemptState;
}

const BODY_TIMEOUT = faultOf("body-timeout", { detail: "the request body did not arrive in time" });
const TOO_MUCH_DATA = faultOf("body-timeout", {
  detail: "the client sent too much data after the request, and the response took too long",
});

/** Sends the rest of the request body, then watches whether the client disconnects. */
export async function upload(options: UploadOptions): Promise<void> {
  const { client, body, upstream, state } = options;
  const { wire, deadlines, context } = client;
  wire.onRead = (hasBytes) => {
    if (state.isUploaded) watch(options);
    else if (!hasBytes) state.abortWith(CLIENT_CLOSED);
  };
  while (!body.isDone) {
    deadlines.read.set(context.limits.stallTimeoutMs, () => state.abortWith(BODY_TIMEOUT));
    const piece = await body.next();
    if (state.isOver) return;
    deadlines.read.clear();
    if (piece === undefined) break;
    state.awaitAnswer();
    try {
      await upstream.write(piece);
    } catch {
      // The function reads no more; its response, if any, says why.
      return;
    }
    if (state.isOver) return;
  }
  if (body.fault !== undefined) {
    state.abortWith(wire.isEnded ? CLIENT_CLOSED : faultOfBody(body));
    return;
  }
  state.isUploaded = true;
  state.awaitAnswer();
  wire.shrink();
  watch(options);
}

/**
 * Reads on after a request to notice when its client disconnects. One that only shuts down its
 * sending side gets its response. The bytes belong to the next
 * request and must fit into the buffer. When it is full, the proxy cannot notice a disconnect, so a
 * timeout starts.
 */
function watch({ client, isHttp10, state }: UploadOptions): void {
  const { wire, deadlines, context } = client;
  if (wire.isBroken) return state.abortWith(CLIENT_CLOSED);
  if (wire.isEnded) {
    return watchHalfClosed(client, {
      isHttp10,
      isAnswered: () => state.isAnswered,
      onGone: () => state.abortWith(CLIENT_CLOSED),
    });
  }
  if (wire.end === wire.buffer.length) wire.detach();
  if (wire.end < wire.buffer.length) void wire.fill();
  else deadlines.read.set(context.limits.stallTimeoutMs, () => state.abortWith(TOO_MUCH_DATA));
}

function faultOfBody(body: BodyReader): Fault {
  return body.isTooLarge ? faultOf("body-too-large") : malformed(body.fault ?? "invalid body");
}
