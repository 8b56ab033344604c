import { BlockList, isIPv6 } from "node:net";
import { parseCidr } from "../config/network_address.ts";
import { ascii } from "./http1/octets.ts";
import { plainAddress } from "./peer_key.ts";

/** Who is at the other end of a client's connection. */
export interface Peer {
  readonly address: string;
  readonly proto: "http" | "https";
  /** Its forwarding fields are believed. */
  readonly isTrusted: boolean;
  /** Address and proto as they are written into each request's head. */
  readonly addressBytes: Uint8Array;
  readonly protoBytes: Uint8Array;
}

const PROTO_BYTES = { http: ascii("http"), https: ascii("https") } as const;

/** Tells whether an address is one of the proxies whose word is taken. */
export type IsTrusted = (address: string) => boolean;

/**
 * The test for a list of addresses and CIDRs.
 *
 * @throws {SyntaxError} when one of them is neither
 */
export function trustOf(trustedProxies: readonly string[]): IsTrusted {
  if (trustedProxies.length === 0) return () => false;
  const list = new BlockList();
  for (const text of trustedProxies) {
    const { address, prefix, family } = parseCidr(text);
    list.addSubnet(address, prefix, family);
  }
  return (address) => list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** The peer with an address as the kernel tells it. */
export function peerOf(
  remoteAddress: string,
  { proto, isTrusted }: { readonly proto: Peer["proto"]; readonly isTrusted: IsTrusted },
): Peer {
  const address = plainAddress(remoteAddress);
  return {
    address,
    proto,
    isTrusted: isTrusted(address),
    addressBytes: ascii(address),
    protoBytes: PROTO_BYTES[proto],
  };
}
