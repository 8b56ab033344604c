/** What may be wrong with a request, its way or its answer; each has one status and one title. */
const KINDS = {
  "malformed-request": { status: 400, title: "Bad request" },
  "function-not-found": { status: 404, title: "Function not found" },
  "head-timeout": { status: 408, title: "Request timeout" },
  "body-timeout": { status: 408, title: "Request timeout" },
  "body-too-large": { status: 413, title: "Content too large" },
  "target-too-long": { status: 414, title: "URI too long" },
  "head-too-large": { status: 431, title: "Request header fields too large" },
  "too-many-fields": { status: 431, title: "Request header fields too large" },
  "too-many-in-flight": { status: 429, title: "Too many requests" },
  "rate-limited": { status: 429, title: "Too many requests" },
  "client-closed": { status: 499, title: "The client went away" },
  "function-failed": { status: 500, title: "The function could not be started" },
  "proxy-failed": { status: 500, title: "Internal server error" },
  "method-not-implemented": { status: 501, title: "Not implemented" },
  "coding-not-implemented": { status: 501, title: "Not implemented" },
  "upstream-failed": { status: 502, title: "Error forwarding request" },
  "function-exited": { status: 503, title: "The function has ended and is being restarted" },
  "function-unavailable": { status: 503, title: "The function can't be started at present" },
  "function-starting": { status: 503, title: "The function is still being started" },
  "function-busy": { status: 503, title: "The function is busy" },
  "too-many-connections": { status: 503, title: "The server is busy" },
  "upstream-timeout": { status: 504, title: "Error forwarding request" },
  "version-not-supported": { status: 505, title: "HTTP version not supported" },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

/** Stable for programs; sent as `x-ddsrv-error`. */
export type FaultCode = keyof typeof KINDS;

/** Why a request is not answered by a function, as a value. */
export interface Fault {
  readonly code: FaultCode;
  readonly status: number;
  /** What anybody may know of it. */
  readonly title: string;
  /** For people; the body of the answer. */
  readonly message: string;
  /** When to try again, where that is known. */
  readonly retryAfterS?: number;
}

/** What is known of a fault beside its code. */
export interface FaultDetails {
  /** Added to the title. */
  readonly detail?: string;
  /** Stands for the whole message. */
  readonly message?: string;
  readonly retryAfterS?: number;
}

/**
 * The fault of a code: the one place where a cause becomes a status.
 *
 * @example
 * ```ts
 * import { faultOf } from "./fault.ts";
 * faultOf("malformed-request", { detail: "no Host field" }).status; // 400
 * ```
 */
export function faultOf(code: FaultCode, details: FaultDetails = {}): Fault {
  const { status, title } = KINDS[code];
  const { detail, retryAfterS } = details;
  const message = details.message ?? (detail === undefined ? title : `${title}: ${detail}`);
  return { code, status, title, message, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
}

/** A message that two parsers could read differently, or that none could read. */
export function malformed(detail: string): Fault {
  return faultOf("malformed-request", { detail });
}

/** An answer of a function that can't be passed on. */
export function badUpstream(detail: string): Fault {
  return faultOf("upstream-failed", { detail });
}
