/** Status code and title of each fault. */
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
  "client-closed": { status: 499, title: "The client closed the connection" },
  "function-failed": { status: 500, title: "The function could not be started" },
  "proxy-failed": { status: 500, title: "Internal server error" },
  "method-not-implemented": { status: 501, title: "Not implemented" },
  "coding-not-implemented": { status: 501, title: "Not implemented" },
  "upstream-failed": { status: 502, title: "Error forwarding request" },
  "function-exited": { status: 503, title: "The function exited and is being restarted" },
  "function-unavailable": { status: 503, title: "The function cannot be started at the moment" },
  "function-starting": { status: 503, title: "The function is still starting" },
  "function-stopped": { status: 503, title: "The function is stopped for maintenance" },
  "function-busy": { status: 503, title: "The function is busy" },
  "too-many-connections": { status: 503, title: "The server is busy" },
  "upstream-timeout": { status: 504, title: "Error forwarding request" },
  "version-not-supported": { status: 505, title: "HTTP version not supported" },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

/** Stable identifier of a fault, sent in the `x-ddsrv-error` field. */
export type FaultCode = keyof typeof KINDS;

/** Reason why the proxy answers a request in place of the function. */
export interface Fault {
  readonly code: FaultCode;
  readonly status: number;
  /** Text without details, safe to show to any client. */
  readonly title: string;
  /** Title and details; the body of the response. */
  readonly message: string;
  /** Seconds until a retry makes sense, if known. */
  readonly retryAfterS?: number;
  /** HTML page of the operator, which browsers get as it is. */
  readonly page?: string;
}

/** Details of a fault in addition to its code. */
export interface FaultDetails {
  /** Appended to the title. */
  readonly detail?: string;
  /** Replaces the whole message. */
  readonly message?: string;
  readonly retryAfterS?: number;
  readonly page?: string | undefined;
}

/**
 * Creates the fault with a code. All status codes of faults come from here.
 *
 * @example
 * ```ts
 * import { faultOf } from "./fault.ts";
 * faultOf("malformed-request", { detail: "no Host field" }).status; // 400
 * ```
 */
export function faultOf(code: FaultCode, details: FaultDetails = {}): Fault {
  const { status, title } = KINDS[code];
  const { detail, retryAfterS, page } = details;
  const message = details.message ?? (detail === undefined ? title : `${title}: ${detail}`);
  return {
    code,
    status,
    title,
    message,
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
    ...(page === undefined ? {} : { page }),
  };
}

/** Creates the fault for a request that is invalid or that two parsers could read differently. */
export function malformed(detail: string): Fault {
  return faultOf("malformed-request", { detail });
}

/** Creates the fault for a response that the proxy cannot forward. */
export function badUpstream(detail: string): Fault {
  return faultOf("upstream-failed", { detail });
}
