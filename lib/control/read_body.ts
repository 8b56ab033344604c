/** Result of {@linkcode readBody}. */
export type BodyResult =
  | { readonly type: "read"; readonly text: string }
  | { readonly type: "tooLong" }
  | { readonly type: "broken" };

/** Reads a UTF-8 body of at most `maxBytes`; stops reading at the limit. */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<BodyResult> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let length = 0;
  try {
    for await (const piece of body) {
      length += piece.byteLength;
      if (length > maxBytes) return { type: "tooLong" };
      text += decoder.decode(piece, { stream: true });
    }
    return { type: "read", text: text + decoder.decode() };
  } catch {
    // The body ended early or is not UTF-8.
    return { type: "broken" };
  }
}
