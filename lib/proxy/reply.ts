import type { Fault } from "./fault.ts";

/** An answer that the proxy gives by itself. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly fields?: Readonly<Record<string, string>>;
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  204: "No Content",
  400: "Bad Request",
  404: "Not Found",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

/** A fault as an answer. */
export function faultReply(fault: Fault): Reply {
  return {
    status: fault.status,
    body: fault.message,
    fields: {
      "x-ddsrv-error": fault.code,
      ...(fault.retryAfterS === undefined ? {} : { "retry-after": String(fault.retryAfterS) }),
    },
  };
}

/** The bytes of an answer; one to HEAD says how long its body would be, and has none. */
export function encodeReply(
  reply: Reply,
  options: { readonly isForHead: boolean; readonly isPersistent: boolean },
): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(reply.body);
  const fields = {
    ...(reply.body === "" ? {} : { "content-type": "text/plain; charset=utf-8" }),
    ...(reply.status === 204 ? {} : { "content-length": String(body.length) }),
    ...reply.fields,
    // Keeping the connection is said as well, for clients of HTTP/1.0.
    connection: options.isPersistent ? "keep-alive" : "close",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = new TextEncoder().encode(
    `HTTP/1.1 ${reply.status} ${REASONS[reply.status] ?? ""}\r\n${lines.join("")}\r\n`,
  );
  const bytes = new Uint8Array(head.length + (options.isForHead ? 0 : body.length));
  bytes.set(head);
  if (!options.isForHead) bytes.set(body, head.length);
  return bytes;
}
