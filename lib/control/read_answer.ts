/** Longest answer that is taken in, which holds thousands of functions. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Reads an answer's JSON.
 *
 * @throws {RangeError} when it does not end
 * @throws {SyntaxError} when it is no JSON
 */
export async function readAnswer(response: Response): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.byteLength;
    if (length > MAX_ANSWER_BYTES) throw new RangeError("The answer does not end");
    text += decoder.decode(piece, { stream: true });
  }
  return text === "" ? undefined : JSON.parse(text + decoder.decode());
}
