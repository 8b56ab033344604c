import type { Client } from "../context.ts";
import { linger } from "../send_reply.ts";
import { encodeFrame, encodeNumbers, encodeSettings, ErrorCode, FrameType } from "./frames.ts";
import { Session } from "./session.ts";

const KEY_BYTES = 16;

/** Maximum time to tell a client that there is no room for it. */
const REFUSAL_MS = 2_000;

/**
 * Serves a client that speaks HTTP/2 (RFC 9113). Each request passes `serve` as one of HTTP/1.1 on a
 * connection of its own, so the same rules, limits and logs apply. `serve` closes its wire.
 */
export async function serveHttp2(
  client: Client,
  serve: (client: Client) => Promise<void>,
): Promise<void> {
  await new Session(client, { serve, webSocketKey }).run();
}

/** Tells a client that it may try its requests again elsewhere or later (RFC 9113, section 6.8). */
export async function refuseHttp2(client: Client): Promise<void> {
  const { wire, deadlines } = client;
  const settings = encodeFrame(FrameType.Settings, encodeSettings([]));
  const goaway = encodeFrame(FrameType.Goaway, encodeNumbers(0, ErrorCode.EnhanceYourCalm));
  deadlines.write.set(REFUSAL_MS, () => wire.close());
  try {
    await wire.write(settings);
    await wire.write(goaway);
  } catch {
    return;
  } finally {
    deadlines.write.clear();
  }
  await linger(client);
}

/** A nonce for the function's handshake (RFC 6455, section 4.1). */
function webSocketKey(): string {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toBase64();
}
