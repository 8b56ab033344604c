import { BlockList, isIPv6 } from "node:net";
import { parseCidr } from "../config/network_address.ts";
import { ascii } from "./http1/octets.ts";
import { plainAddress } from "./peer_key.ts";
import { socketAddress } from "./socket_address.ts";

/** The other end of a client's connection. */
export interface Peer {
  readonly address: string;
  readonly proto: "http" | "https";
  /** True if the proxy trusts its forwarding fields. */
  readonly isTrusted: boolean;
  /** `address` in ASCII, encoded once for all request heads. */
  readonly addressBytes: Uint8Array;
  /** Address and port, as `192.0.2.1:4711`, in ASCII. */
  readonly socketBytes: Uint8Array;
  readonly protoBytes: Uint8Array;
}

const PROTO_BYTES = { http: ascii("http"), https: ascii("https") } as const;

/** Deno ends the process if it can't parse an address, so there is always one. */
const NO_SOCKET = "0.0.0.0:0";

/** Returns true if an address belongs to a trusted proxy. */
export type IsTrusted = (address: string) => boolean;

/**
 * Creates the predicate for a list of addresses and CIDRs.
 *
 * @throws {SyntaxError} if one of them is neither
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

/** Creates the peer for an address as reported by the kernel. */
export function peerOf(
  remoteAddress: string,
  { proto, isTrusted, port = 0 }: {
    readonly proto: Peer["proto"];
    readonly isTrusted: IsTrusted;
    /** 0 if it is unknown. */
    readonly port?: number;
  },
): Peer {
  const address = plainAddress(remoteAddress);
  return {
    address,
    proto,
    isTrusted: isTrusted(address),
    addressBytes: ascii(address),
    socketBytes: ascii(socketAddress(address, port) ?? NO_SOCKET),
    protoBytes: PROTO_BYTES[proto],
  };
}
