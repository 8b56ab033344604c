import { createHmac, timingSafeEqual } from "node:crypto";

/** Minimum length of a webhook's secret. */
export const MIN_SECRET_LENGTH = 16;

const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;

/**
 * Returns true if a signature is the HMAC-SHA-256 of a body, as GitHub, Gitea and others send it in
 * `X-Hub-Signature-256`. Reads nothing if the signature has another form. A request that somebody repeats does no harm: it only asks the source again.
 */
export async function isSigned(
  body: AsyncIterable<Uint8Array>,
  { signature, secret }: { readonly signature: string | undefined; readonly secret: string },
): Promise<boolean> {
  const [, given] = SIGNATURE.exec(signature ?? "") ?? [];
  if (given === undefined) return false;
  const hmac = createHmac("sha256", secret);
  for await (const piece of body) hmac.update(piece);
  const [expected, actual] = [hmac.digest(), Uint8Array.fromHex(given)];
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/**
 * Parses the text of `--source-webhook-secret-file`: its first line.
 *
 * @throws {RangeError} if it is too short
 */
export function parseSecret(text: string): string {
  const [secret = ""] = text.split("\n", 1);
  if (secret.trim().length >= MIN_SECRET_LENGTH) return secret.trim();
  throw new RangeError(`The secret has less than ${MIN_SECRET_LENGTH} characters`);
}
