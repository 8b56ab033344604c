/** Why a request is not answered by a function, as a value. */
export interface Fault {
  readonly status: number;
  /** Stable for programs; sent as `x-ddsrv-error`. */
  readonly code: string;
  /** For people; the body of the answer. */
  readonly message: string;
  /** When to try again, where that is known. */
  readonly retryAfterS?: number;
}

/** A message that two parsers could read differently, or that none could read. */
export function malformed(message: string): Fault {
  return { status: 400, code: "malformed-request", message: `Bad request: ${message}` };
}

/** An answer of a function that can't be passed on. */
export function badUpstream(message: string): Fault {
  return { status: 502, code: "upstream-failed", message: `Error forwarding request: ${message}` };
}
