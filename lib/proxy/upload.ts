import { type AttemptState, CLIENT_CLOSED } from "./attempt_state.ts";
import type { BodyReader } from "./http1/body_reader.ts";
import type { Client } from "./context.ts";
import { type Fault, faultOf, malformed } from "./http1/fault.ts";
import type { Wire } from "./http1/wire.ts";

/** What is sent, and where. */
export interface UploadOptions {
  readonly client: Client;
  readonly body: BodyReader;
  readonly upstream: Wire;
  readonly state: AttemptState;
}

const BODY_TIMEOUT = faultOf("body-timeout", { detail: "the body did not come in time" });
const TOO_MUCH_BEHIND = faultOf("body-timeout", {
  detail: "more came behind the request than there is room for, and it took too long",
});

/** Sends the rest of the request's body; then watches for the client to go away. */
export async function upload(options: UploadOptions): Promise<void> {
  const { client, body, upstream, state } = options;
  const { wire, deadlines, context } = client;
  wire.onRead = (hasBytes) => {
    if (!hasBytes) state.abortWith(CLIENT_CLOSED);
    else if (state.isUploaded) watch(options);
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
      // It takes no more; its answer, if there is one, tells why.
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
  wire.expectLittle();
  watch(options);
}

/**
 * Reads on behind a request, so that its client's end is seen. What comes is the next request's, for
 * which there is room only up to a bound: behind that, nobody can tell whether the client is there.
 */
function watch({ client, state }: UploadOptions): void {
  const { wire, deadlines, context } = client;
  if (wire.isEnded) return state.abortWith(CLIENT_CLOSED);
  if (wire.end === wire.buffer.length) wire.detach();
  if (wire.end < wire.buffer.length) void wire.fill();
  else deadlines.read.set(context.limits.stallTimeoutMs, () => state.abortWith(TOO_MUCH_BEHIND));
}

function faultOfBody(body: BodyReader): Fault {
  return body.isTooLarge ? faultOf("body-too-large") : malformed(body.fault ?? "the body");
}
