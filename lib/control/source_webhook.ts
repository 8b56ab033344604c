import { isSigned, parseSecret } from "../source/webhook.ts";
import type { AdminReply, AdminRequest } from "./admin_server.ts";

/** Path of webhooks on the admin port. */
export const WEBHOOK_PATH = "/-/source";

/** Field with the signature of the body, as GitHub, Gitea and others send it. */
const SIGNATURE_FIELD = "x-hub-signature-256";

/** Enough for the largest push; the body is hashed and not kept. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Secret and action of a webhook. */
export interface Webhook {
  /** Returns the text of the file with the secret. */
  readonly readSecret: () => Promise<string>;
  /** Asks the source soon. */
  readonly poll: () => void;
  readonly onWarning: (message: string) => void;
}

/** Answers a webhook: 202 if it is signed, and the source is asked. */
export async function answerWebhook(
  { header, body }: Pick<AdminRequest, "header" | "body">,
  { readSecret, poll, onWarning }: Webhook,
): Promise<AdminReply> {
  let secret: string;
  try {
    secret = parseSecret(await readSecret());
  } catch (error) {
    onWarning(`Cannot use --source-webhook-secret-file: ${(error as Error).message}`);
    return { status: 503, text: "The secret of webhooks is not usable\n" };
  }
  const signature = header(SIGNATURE_FIELD);
  // Nothing is read for a request that can't be right.
  if (signature === undefined) return { status: 401, text: "The request has no signature\n" };
  try {
    if (!await isSigned(bounded(body), { signature, secret })) {
      return { status: 401, text: "The signature is wrong\n" };
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { status: 413, text: `${error.message}\n` };
  }
  poll();
  return { status: 202, text: "ok\n" };
}

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = MAX_BODY_BYTES;
  for await (const piece of body) {
    left -= piece.length;
    if (left < 0) throw new RangeError(`The body has more than ${MAX_BODY_BYTES} bytes`);
    yield piece;
  }
}
