import { openTimeout } from "../system/timeout_signal.ts";
import { isRedirect, MAX_REDIRECTS, redirectTarget } from "./redirect.ts";
import { SourceError } from "./source_error.ts";

/** Options of {@linkcode send}. */
export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Value of `Authorization`; only the URL's own origin gets it. */
  readonly authorization?: string | undefined;
  readonly signal: AbortSignal;
  /** Maximum time until the response's head. */
  readonly headTimeoutMs?: number;
}

const HEAD_TIMEOUT_MS = 30_000;

/** Maximum time that a server can ask to wait. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Sends a GET request and follows its redirects to the same scheme. The caller reads or cancels the
 * body.
 *
 * @throws {SourceError} if the server does not answer, or redirects too often or elsewhere
 */
export async function send(url: URL, options: SendOptions): Promise<Response> {
  const { headers = {}, authorization } = options;
  let isOwn = true;
  let next = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    isOwn &&= next.origin === url.origin;
    const response = await ask(next, {
      ...options,
      headers: {
        ...headers,
        // The digest is one of the bytes that the server has.
        "accept-encoding": "identity",
        "user-agent": "ddsrv",
        ...isOwn && authorization !== undefined ? { authorization } : {},
      },
    });
    if (!isRedirect(response.status)) return response;
    await response.body?.cancel();
    next = redirectTarget(next, response.headers.get("location"));
  }
  throw new SourceError(`"${url.host}" redirects more than ${MAX_REDIRECTS} times`);
}

/**
 * Returns the error for a response that is not the wanted one. Cancels its body.
 *
 * @param remedy for a status that says that the caller may not read it
 */
export async function refusalOf(
  url: URL,
  response: Response,
  remedy: string,
): Promise<SourceError> {
  await response.body?.cancel();
  const { status, headers } = response;
  const said = `"${url.host}" answers with ${status}`;
  const retryAfterMs = parseRetryAfter(headers.get("retry-after"));
  if (status === 401 || status === 403) return new SourceError(`${said}. ${remedy}`);
  if (status === 404) return new SourceError(`${said}: it does not exist, or may not be read`);
  return new SourceError(said, { retryAfterMs });
}

/** Parses the seconds of a `Retry-After` field (RFC 9110, section 10.2.3); ignores dates. */
export function parseRetryAfter(value: string | null): number | undefined {
  if (value === null || !/^\d{1,9}$/.test(value)) return undefined;
  return Math.min(Number(value) * 1_000, MAX_RETRY_AFTER_MS);
}

async function ask(
  url: URL,
  { headers, signal, headTimeoutMs = HEAD_TIMEOUT_MS }: SendOptions,
): Promise<Response> {
  const late = openTimeout(headTimeoutMs);
  const ended = new AbortController();
  const abort = (): void => ended.abort();
  signal.addEventListener("abort", abort, { once: true });
  late.signal.addEventListener("abort", abort, { once: true });
  try {
    // Not AbortSignal.any(): the time limit of the head must not end the body.
    return await fetch(url, { headers: headers ?? {}, redirect: "manual", signal: ended.signal });
  } catch (cause) {
    signal.throwIfAborted();
    const why = late.signal.aborted
      ? `no answer in ${headTimeoutMs / 1_000} s`
      : reasonOf(cause as Error);
    throw new SourceError(`Cannot reach "${url.host}": ${why}`, { cause });
  } finally {
    late[Symbol.dispose]();
    signal.removeEventListener("abort", abort);
  }
}

/** Errors of fetch contain the URL, whose query may be a secret. */
function reasonOf({ message, cause }: Error): string {
  const said = cause instanceof Error ? cause.message : message;
  return said.replaceAll(/\(?https?:\/\/[^\s)]+\)?/g, "").replaceAll(/\s*\n\s*/g, " ")
    .replace(/^error sending request for url *: */, "").trim();
}
