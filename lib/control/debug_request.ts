import { z } from "zod";
import { type DebugBegin, MAX_DEBUG_MS } from "./debug_protocol.ts";

const begin = z.strictObject({
  breaks: z.boolean(),
  forMs: z.int().min(1).max(MAX_DEBUG_MS),
});

/**
 * Parses the content of the first frame.
 *
 * @throws {SyntaxError} if it is not valid
 */
export function parseDebugBegin(bytes: Uint8Array): DebugBegin {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SyntaxError("The request of the debug session is not JSON", { cause });
  }
  const parsed = begin.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SyntaxError(`The request of the debug session is not valid: ${issue?.message ?? ""}`);
}
