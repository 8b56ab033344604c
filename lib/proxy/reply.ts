import { escapeHtml, htmlPage, PAGE_POLICY } from "./html_page.ts";
import type { Fault } from "./http1/fault.ts";
import { isPassing, REFRESH_HTML, REFRESH_POLICY } from "./refresh_script.ts";

/** A response of the proxy itself. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Options of {@linkcode faultReply}. */
export interface FaultStyle {
  /** The client is a browser: reply with an HTML page. */
  readonly isHtml?: boolean;
  /** Show the title of the fault only. */
  readonly isHidden?: boolean;
  /** The page may load itself again when the function is back: the request was a GET. */
  readonly mayRefresh?: boolean;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  204: "No Content",
  308: "Permanent Redirect",
  400: "Bad Request",
  404: "Not Found",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

const PLAIN = "text/plain; charset=utf-8";

/**
 * Creates the reply for a fault. Its CSP forbids all scripts but ddsrv's own, as the message may quote
 * a function; a page of the operator has no CSP, and is sent as it is.
 */
export function faultReply(fault: Fault, style: FaultStyle = {}): Reply {
  const { status, code, title, retryAfterS } = fault;
  const message = style.isHidden === true ? title : fault.message;
  const isHtml = style.isHtml === true;
  const page = isHtml ? fault.page : undefined;
  const isRefreshing = style.mayRefresh === true && isPassing(code);
  return {
    status,
    body: page ?? (isHtml ? faultPage({ ...fault, message }, isRefreshing) : message),
    contentType: isHtml ? "text/html; charset=utf-8" : PLAIN,
    fields: {
      ...(isHtml && page === undefined
        ? { "content-security-policy": isRefreshing ? REFRESH_POLICY : PAGE_POLICY }
        : {}),
      "x-content-type-options": "nosniff",
      "x-ddsrv-error": code,
      // It ends when somebody starts the function, which no cache can know.
      ...(code === "function-stopped" ? { "cache-control": "no-store" } : {}),
      ...(retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) }),
    },
  };
}

/** A reply as bytes. */
export interface EncodedReply {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Length of the head in bytes. */
  readonly headBytes: number;
}

/** Options of {@linkcode encodeReply}. */
export interface ReplyOptions {
  readonly isForHead: boolean;
  readonly isPersistent: boolean;
  /** Time of the reply, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** Encodes a reply. A reply to HEAD has the length of its body, but no body. */
export function encodeReply(reply: Reply, options: ReplyOptions): EncodedReply {
  const body = new TextEncoder().encode(reply.body);
  const fields = {
    // RFC 9110, sections 5.6.7 and 6.6.1.
    date: new Date(options.nowMs).toUTCString(),
    ...(reply.body === "" ? {} : { "content-type": reply.contentType ?? PLAIN }),
    ...(reply.status === 204 ? {} : { "content-length": String(body.length) }),
    ...reply.fields,
    // Clients of HTTP/1.0 need an explicit keep-alive.
    connection: options.isPersistent ? "keep-alive" : "close",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = new TextEncoder().encode(
    `HTTP/1.1 ${reply.status} ${REASONS[reply.status] ?? ""}\r\n${lines.join("")}\r\n`,
  );
  const bytes = new Uint8Array(head.length + (options.isForHead ? 0 : body.length));
  bytes.set(head);
  if (!options.isForHead) bytes.set(body, head.length);
  return { bytes, headBytes: head.length };
}

function faultPage({ status, title, message }: Fault, isRefreshing: boolean): string {
  const detail = message === title ? "" : `\n<pre>${escapeHtml(message)}</pre>`;
  const note = isRefreshing ? "\n<p>This page loads again when the function is back.</p>" : "";
  return htmlPage({
    heading: `${status} ${title}`,
    content: detail + note,
    start: isRefreshing ? REFRESH_HTML : "",
  });
}
