/** Status and body of a response. */
export interface KvAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** More than an answer with one small value needs. */
const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * Reads a response.
 *
 * @throws {RangeError} if the body is too large
 */
export async function readAnswer(response: Response): Promise<KvAnswer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new RangeError("The answer of the server is too long");
    chunks.push(chunk);
  }
  const body = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  return { status: response.status, body };
}

/**
 * Returns the body of a good answer.
 *
 * @throws {Error} if the status is not 200
 */
export function requireOk({ status, body }: KvAnswer): Uint8Array {
  if (status !== 200) throw new Error(`The server answered with ${status}`);
  return body;
}
