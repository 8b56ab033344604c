import { API_PREFIX, API_VERSION, VERSION_FIELD } from "./api.ts";
import { readAnswer } from "./read_answer.ts";
import { explainFailure, noAnswer, notOurs, otherVersion } from "./unreachable.ts";

/** A request of the control API. */
export interface Call {
  readonly method: "GET" | "POST";
  /** Path and query, below the API's prefix. */
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
  /** Ends the call with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Response of a supervisor. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Makes one call. Detects other servers on the socket, and limits the time and the size of a
 * response.
 *
 * @throws {NoSupervisorError} if nobody listens on the socket
 * @throws {Error} if there is no response, or it is not a supervisor's
 */
export async function callControl(
  client: Deno.HttpClient,
  socket: string,
  { method, path, body, timeoutMs, signal: ended }: Call,
): Promise<Answer> {
  const late = AbortSignal.timeout(timeoutMs);
  const signal = ended === undefined ? late : AbortSignal.any([late, ended]);
  let version: string | null;
  let answer: Answer;
  try {
    const response = await fetch(`http://localhost${API_PREFIX}${path}`, {
      client,
      method,
      signal,
      redirect: "manual",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    version = response.headers.get(VERSION_FIELD);
    if (version === API_VERSION) {
      answer = { status: response.status, body: await readAnswer(response) };
    } else {
      answer = { status: response.status, body: undefined };
      await response.body?.cancel();
    }
  } catch (cause) {
    ended?.throwIfAborted();
    throw late.aborted ? noAnswer(socket, timeoutMs / 1000) : await explainFailure(socket, cause);
  }
  if (version === null) throw notOurs(socket);
  if (version !== API_VERSION) throw otherVersion(socket, version);
  return answer;
}
