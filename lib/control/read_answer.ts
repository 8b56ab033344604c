/** Maximum size of a response; enough for thousands of functions. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Reads and parses the JSON body of a response; returns `undefined` if it is empty.
 *
 * @throws {RangeError} if it is larger than 64 MiB
 * @throws {SyntaxError} if it is not JSON
 */
export async function readAnswer(response: Response): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.byteLength;
    if (length > MAX_ANSWER_BYTES) throw new RangeError("The response is too large");
    text += decoder.decode(piece, { stream: true });
  }
  return text === "" ? undefined : JSON.parse(text + decoder.decode());
}
