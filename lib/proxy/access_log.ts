import { Buffer } from "node:buffer";
import type { AccessLogFormat } from "../config/log_settings.ts";
import { formatJsonLine } from "../system/json_line.ts";
import { fieldText } from "./http1/fields.ts";
import type { FaultCode } from "./http1/fault.ts";
import { ascii, latin1 } from "./http1/octets.ts";
import type { RequestHead } from "./http1/request_head.ts";

/** The request part of an access log record. Texts have one character per byte as sent. */
export interface AccessRequest {
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly method: string;
  /** As sent, with the prefix. */
  readonly target: string;
  /** Empty, like all other texts, if the request could not be parsed. */
  readonly protocol: "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0" | "";
  readonly host: string;
  readonly referer: string;
  readonly userAgent: string;
}

/** One line of the access log: a request and its response. */
export interface AccessRecord extends AccessRequest {
  /** Address of the client. */
  readonly address: string;
  /** Name of the function, if the request was for an existing one. */
  readonly functionName: string | undefined;
  readonly status: number;
  /** Bytes of the response body, as sent. */
  readonly bytes: number;
  readonly durationMs: number;
  readonly requestId: string | undefined;
  /** Reason why the function did not answer, or not completely. */
  readonly error: FaultCode | undefined;
}

/** Maximum length of each logged text. */
const MAX_CHARACTERS = 1_024;

const REFERER = ascii("referer");
const USER_AGENT = ascii("user-agent");
const HOST = ascii("host");

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"].concat(
  ["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
);

/** Copies what the access log needs from a request head, because the head's buffer is reused. */
export function describeRequest(head: RequestHead, startedAtMs: number): AccessRequest {
  const { bytes, fields } = head;
  const hasAuthority = head.authorityEnd > head.authorityStart;
  return {
    startedAtMs,
    method: cut(bytes, head.methodStart, head.methodEnd),
    // From methodEnd, because targetStart skips scheme and host of an absolute target.
    target: cut(bytes, head.methodEnd + 1, head.targetEnd),
    protocol: head.isHttp10 ? "HTTP/1.0" : "HTTP/1.1",
    host: hasAuthority
      ? cut(bytes, head.authorityStart, head.authorityEnd)
      : fieldText(bytes, fields, HOST).slice(0, MAX_CHARACTERS),
    referer: fieldText(bytes, fields, REFERER).slice(0, MAX_CHARACTERS),
    userAgent: fieldText(bytes, fields, USER_AGENT).slice(0, MAX_CHARACTERS),
  };
}

function cut(bytes: Uint8Array, start: number, end: number): string {
  return latin1(bytes, start, Math.min(end, start + MAX_CHARACTERS));
}

/** Formats a record as one line with its line feed. */
export function formatAccess(record: AccessRecord, format: AccessLogFormat): string {
  switch (format) {
    case "json":
      return formatJson(record);
    case "combined":
      return formatCombined(record);
    default:
      return format satisfies never;
  }
}

function formatJson(record: AccessRecord): string {
  const { functionName, error, requestId } = record;
  return formatJsonLine({
    time: new Date(record.startedAtMs).toISOString(),
    address: record.address,
    function: functionName ?? null,
    method: record.method,
    target: utf8(record.target),
    protocol: record.protocol,
    host: utf8(record.host),
    status: record.status,
    bytes: record.bytes,
    durationMs: Math.round(record.durationMs * 1_000) / 1_000,
    requestId: requestId === undefined ? null : utf8(requestId),
    referer: utf8(record.referer),
    userAgent: utf8(record.userAgent),
    error: error ?? null,
  });
}

/** The combined format of Apache and nginx. Escapes prevent clients from ending a field or line. */
function formatCombined(record: AccessRecord): string {
  const request = `${record.method} ${record.target} ${record.protocol}`.trim() || "-";
  return `${record.address} - - [${logTime(record.startedAtMs)}] "${escaped(request)}" ` +
    `${record.status} ${record.bytes} "${escaped(record.referer) || "-"}" ` +
    `"${escaped(record.userAgent) || "-"}"\n`;
}

/** `23/Nov/2026:05:40:05 +0000`, in UTC. */
function logTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  const [year, month, day] = iso.slice(0, 10).split("-");
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${iso.slice(11, 19)} +0000`;
}

function escaped(text: string): string {
  return text.replace(
    /[^ -~]|["\\]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

const decoder = new TextDecoder();

/** Decodes bytes, given as one character each, as UTF-8. */
function utf8(bytes: string): string {
  return IS_ASCII.test(bytes) ? bytes : decoder.decode(Buffer.from(bytes, "latin1"));
}

const IS_ASCII = /^[ -~]*$/;
