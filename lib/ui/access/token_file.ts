import { isSameSecret } from "./secret.ts";

const MIN_LENGTH = 24;

/** More is no file with a token. */
const MAX_BYTES = 4_096;

/**
 * Returns true if a token is the first line of a file that the operator named. Reads the file each
 * time, so that a new token counts at once.
 *
 * @throws {Error} if the file can't be read, or its token is shorter than 24 characters
 */
export async function isTokenOfFile(token: string, path: string | undefined): Promise<boolean> {
  if (path === undefined) return false;
  const secret = await readFirstLine(path);
  if (secret.length < MIN_LENGTH) {
    throw new RangeError(
      `The token in "${path}" has fewer than ${MIN_LENGTH} characters. Write a longer one, such as ` +
        `the output of: openssl rand -base64 32`,
    );
  }
  return isSameSecret(token, secret);
}

async function readFirstLine(path: string): Promise<string> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(MAX_BYTES);
  const count = await file.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, count)).split("\n", 1)[0]!.trim();
}
