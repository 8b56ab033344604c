import { z } from "zod";
import { storedVariableProblem, totalVariablesProblem } from "../config/stored_variable.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { refuseBrowser } from "./answer_request.ts";
import { matchRoute } from "./match_route.ts";
import { failure, type Reply, route } from "./route.ts";
import { RUN_PROTOCOL } from "./run_frames.ts";

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

/** A request that asks for another protocol. */
export interface UpgradeRequest {
  readonly method: string;
  readonly target: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly protocol: string | undefined;
}

/** The function of a one-off run, or the response that refuses the request. */
export type FoundRun =
  | { readonly type: "found"; readonly name: string; readonly directory: string }
  | { readonly type: "refused"; readonly reply: Reply };

const RUN_ROUTE = route({
  method: "POST",
  path: "/functions/{name}/exec",
  operation: "execFunction",
  summary: "Run a file of a function; the connection changes to frames",
  handle: () => failure(426, `Send "Upgrade: ${RUN_PROTOCOL}"`),
});

/** Finds the function of a request that asks for another protocol. */
export function findRun(
  request: UpgradeRequest,
  { functions }: Pick<Supervisor, "functions">,
): FoundRun {
  const refused = (reply: Reply): FoundRun => ({ type: "refused", reply });
  const browser = refuseBrowser(request);
  if (browser !== undefined) return refused(browser);
  const { method, target, protocol } = request;
  const match = matchRoute([RUN_ROUTE], { method, path: target });
  if (match.type !== "found" || method !== "POST") return refused(failure(404, "No such path"));
  if (protocol !== RUN_PROTOCOL) {
    return refused(failure(400, `Only the protocol "${RUN_PROTOCOL}" is supported`));
  }
  const state = functions.get(match.name);
  return state?.isWanted === true
    ? { type: "found", name: match.name, directory: state.directory }
    : refused(failure(404, `There is no function "${match.name}"`));
}
