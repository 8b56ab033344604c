import { z } from "zod";
import { storedVariableProblem, totalVariablesProblem } from "../config/stored_variable.ts";

/** Maximum number of characters of a terminal, in each direction; of a 16-bit field in the kernel. */
const MAX_CELLS = 10_000;

const noNul = z.string().refine((text) => !text.includes("\0"), "contains NUL");

const begin = z.strictObject({
  words: z.array(noNul).max(10_000),
  env: z.record(z.string(), z.string()).superRefine((env, context) => {
    const entries = Object.entries(env);
    const [problem = totalVariablesProblem(entries)] = entries.flatMap(([name, value]) =>
      storedVariableProblem(name, value) ?? []
    );
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  }),
  terminal: z.strictObject({
    columns: z.int().min(1).max(MAX_CELLS),
    rows: z.int().min(1).max(MAX_CELLS),
    term: z.string().regex(/^[\w.+-]{1,64}$/),
  }).optional(),
  timeoutMs: z.int().min(1).optional(),
});

/** Content of the first frame of a one-off run. */
export type RunBegin = z.output<typeof begin>;

/**
 * Parses the content of the first frame.
 *
 * @throws {SyntaxError} if it is not valid
 */
export function parseBegin(bytes: Uint8Array): RunBegin {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SyntaxError("The request of the run is not JSON", { cause });
  }
  const parsed = begin.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SyntaxError(`The request of the run is not valid: ${issue?.message ?? ""}`);
}
