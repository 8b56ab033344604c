import { FieldKind } from "./http1/field_names.ts";
import { isIPv4 } from "node:net";
import { type FieldTable, fieldText, findField, valueEnd, valueStart } from "./http1/fields.ts";
import { ascii, latin1 } from "./http1/octets.ts";
import type { RequestHead } from "./http1/request_head.ts";
import type { Peer } from "./peer.ts";
import { plainAddress } from "./peer_key.ts";
import { plainHost } from "./target.ts";

const VIA = ascii("via");

/** Fields that a proxy adds, besides X-Forwarded-For. */
const FORWARDING = [
  FieldKind.ForwardedHost,
  FieldKind.ForwardedProto,
  FieldKind.ForwardedPrefix,
  FieldKind.ForwardedElse,
];

/** Maximum bytes of an X-Forwarded-For line of local addresses. */
const MAX_LINE_BYTES = 256;

/**
 * Returns true if a request comes from a program of this host, as far as that is sure: over loopback,
 * and not through a proxy that speaks for others. A page of another site may point its own name to
 * 127.0.0.1 and read what answers (DNS rebinding), so the host must be localhost or a loopback
 * address; behind a trusted proxy also one of `domains`, which are the operator's. With HTTP/1.0 it
 * is probably a proxy: nginx uses that by default and adds no field.
 */
export function isLocalClient(
  { address, isTrusted }: Pick<Peer, "address" | "isTrusted">,
  head: RequestHead,
  domains: readonly string[],
): boolean {
  if (!isLoopback(address) || head.isHttp10) return false;
  const host = plainHost(head);
  const { bytes, fields } = head;
  if (findField(fields, FieldKind.ForwardedFor) !== -1) {
    const isOwn = isLoopbackName(host) ||
      domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
    return isOwn && isTrusted && areAllLoopback(bytes, fields);
  }
  return isLoopbackName(host) && fieldText(bytes, fields, VIA) === "" &&
    FORWARDING.every((kind) => findField(fields, kind) === -1);
}

/** Returns true if every address in X-Forwarded-For is one of this host: a client can add some. */
function areAllLoopback(bytes: Uint8Array, fields: FieldTable): boolean {
  for (
    let index = findField(fields, FieldKind.ForwardedFor);
    index !== -1;
    index = findField(fields, FieldKind.ForwardedFor, index + 1)
  ) {
    const [start, end] = [valueStart(fields, index), valueEnd(fields, index)];
    if (end - start > MAX_LINE_BYTES) return false;
    const addresses = latin1(bytes, start, end).split(",");
    if (!addresses.every((one) => isLoopback(plainAddress(one.trim())))) return false;
  }
  return true;
}

function isLoopback(address: string): boolean {
  return address === "::1" || isIPv4(address) && address.startsWith("127.");
}

function isLoopbackName(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" ||
    isLoopback(host);
}
