import { isIP } from "node:net";
import { FieldKind } from "./http1/field_names.ts";
import { findField, valueEnd, valueStart } from "./http1/fields.ts";
import { ascii, latin1 } from "./http1/octets.ts";
import type { IsTrusted, Peer } from "./peer.ts";
import { peerKeyOf, plainAddress } from "./peer_key.ts";
import type { RequestHead } from "./http1/request_head.ts";
import { socketAddress } from "./socket_address.ts";

/** Maximum bytes read of each X-Forwarded-For line, from its end. */
const MAX_LINE_BYTES = 1_024;

/** Number of characters kept of a value that is not an address. */
const MAX_NAME_LENGTH = 64;

/**
 * Returns the peer key of the client behind trusted proxies, see {@linkcode forwardedAddress}.
 * Returns `undefined` if there is none: then the proxies themselves are the client.
 */
export function forwardedClient(
  head: Pick<RequestHead, "bytes" | "fields">,
  isTrusted: IsTrusted,
): string | undefined {
  const address = forwardedAddress(head, isTrusted);
  return address === undefined || isIP(address) === 0 ? address : peerKeyOf(address);
}

/**
 * Returns the value of `X-Deno-Client-Address`, from which Deno takes `info.remoteAddr`: the peer's
 * address, or that of the client behind a trusted one, whose port is unknown.
 */
export function clientAddress(
  peer: Pick<Peer, "isTrusted" | "socketBytes">,
  head: Pick<RequestHead, "bytes" | "fields">,
  isTrusted: IsTrusted,
): Uint8Array {
  const forwarded = peer.isTrusted ? forwardedAddress(head, isTrusted) : undefined;
  const text = forwarded === undefined ? undefined : socketAddress(forwarded, 0);
  return text === undefined ? peer.socketBytes : ascii(text);
}

/**
 * Returns the client behind trusted proxies: the last address in `X-Forwarded-For` that is not a
 * trusted proxy, because a client can forge everything before it. It may be a name, such as
 * `unknown`. Returns `undefined` if there is none.
 */
function forwardedAddress(
  { bytes, fields }: Pick<RequestHead, "bytes" | "fields">,
  isTrusted: IsTrusted,
): string | undefined {
  const lines: number[] = [];
  let index = findField(fields, FieldKind.ForwardedFor);
  while (index !== -1) {
    lines.push(index);
    index = findField(fields, FieldKind.ForwardedFor, index + 1);
  }
  for (const line of lines.reverse()) {
    const end = valueEnd(fields, line);
    const start = Math.max(valueStart(fields, line), end - MAX_LINE_BYTES);
    for (const text of latin1(bytes, start, end).split(",").reverse()) {
      const name = plainAddress(withoutPort(text.trim()));
      if (name === "") continue;
      if (isIP(name) === 0) return name.slice(0, MAX_NAME_LENGTH);
      if (!isTrusted(name)) return name;
    }
  }
  return undefined;
}

/** Some proxies add ports: `192.0.2.1:4711` and `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
}
