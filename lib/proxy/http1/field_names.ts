import { ascii, matchesAt } from "./octets.ts";

/** Role of a field for the proxy. */
export enum FieldKind {
  /** Forwarded unchanged. */
  Other,
  ContentLength,
  TransferEncoding,
  Connection,
  Host,
  Upgrade,
  Expect,
  /** For this hop only; always dropped (RFC 9110, section 7.6.1). */
  HopByHop,
  /** Forwarding fields say where a request came from. They are dropped unless the peer is trusted. */
  ForwardedFor,
  ForwardedHost,
  ForwardedProto,
  ForwardedPrefix,
  ForwardedElse,
  /** Only ddsrv may say it, such as the client's address for Deno; always dropped. */
  OfDdsrv,
  RequestId,
  Accept,
  HealthCheck,
  /** Secret of a debug session; always dropped, so that no function sees it. */
  DebugSecret,
}

/** Field of requests for the instance of a debug session; its value is the session's secret. */
export const DEBUG_FIELD = "x-ddsrv-debug";

const KNOWN: readonly (readonly [string, FieldKind])[] = [
  ["content-length", FieldKind.ContentLength],
  ["transfer-encoding", FieldKind.TransferEncoding],
  ["connection", FieldKind.Connection],
  ["host", FieldKind.Host],
  ["upgrade", FieldKind.Upgrade],
  ["expect", FieldKind.Expect],
  ["keep-alive", FieldKind.HopByHop],
  ["proxy-connection", FieldKind.HopByHop],
  ["proxy-authenticate", FieldKind.HopByHop],
  ["proxy-authorization", FieldKind.HopByHop],
  ["te", FieldKind.HopByHop],
  ["x-forwarded-for", FieldKind.ForwardedFor],
  ["x-forwarded-host", FieldKind.ForwardedHost],
  ["x-forwarded-proto", FieldKind.ForwardedProto],
  ["x-forwarded-prefix", FieldKind.ForwardedPrefix],
  ["accept", FieldKind.Accept],
  ["x-real-ip", FieldKind.ForwardedElse],
  ["true-client-ip", FieldKind.ForwardedElse],
  ["forwarded", FieldKind.ForwardedElse],
  ["x-deno-client-address", FieldKind.OfDdsrv],
  ["x-ddsrv-schedule", FieldKind.OfDdsrv],
  ["x-ddsrv-schedule-tick", FieldKind.OfDdsrv],
  ["x-request-id", FieldKind.RequestId],
  [DEBUG_FIELD, FieldKind.DebugSecret],
  ["x-graphand-healthcheck", FieldKind.HealthCheck],
];

/** Other fields with this prefix count as forwarding fields too. */
const FORWARDED_PREFIX = ascii("x-forwarded-");

/** Known names by length, so that each field is compared with one or two of them only. */
const BY_LENGTH: readonly (readonly {
  readonly name: Uint8Array;
  readonly kind: FieldKind;
}[])[] = Array.from(
  { length: 32 },
  (_, length) =>
    KNOWN.filter(([name]) => name.length === length)
      .map(([name, kind]) => ({ name: ascii(name), kind })),
);

/** Further fields that only a head may have, because they authenticate or describe the content. */
const HEAD_ONLY = [
  ...["trailer", "authorization", "www-authenticate", "cookie", "set-cookie"],
  ...["content-type", "content-encoding", "content-range"],
].map(ascii);

/** Returns the role of a field by its name. */
export function classifyName(bytes: Uint8Array, start: number, end: number): FieldKind {
  const candidates = BY_LENGTH[end - start];
  for (const { name, kind } of candidates ?? []) {
    if (matchesAt(bytes, start, name)) return kind;
  }
  const isForwarded = end - start > FORWARDED_PREFIX.length &&
    matchesAt(bytes, start, FORWARDED_PREFIX);
  return isForwarded ? FieldKind.ForwardedElse : FieldKind.Other;
}

/**
 * Returns true if a field may be a trailer. Not those that the proxy drops or writes in heads, and
 * not those that change framing, routing, authentication or content (RFC 9110, section 6.5.1).
 */
export function isTrailerName(name: Uint8Array): boolean {
  const kind = classifyName(name, 0, name.length);
  if (kind !== FieldKind.Other && kind !== FieldKind.Accept) return false;
  return !HEAD_ONLY.some((one) => one.length === name.length && matchesAt(name, 0, one));
}
