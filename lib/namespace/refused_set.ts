import { formatIpv4Address } from "../config/ipv4_network.ts";
import { nftAttributes, nftMessages } from "./nft_messages.ts";

/** A destination that the firewall has refused to a function, as the set has it. */
export interface RefusedElement {
  /** IPv4 address of the function. */
  readonly source: string;
  /** IPv4 address that it tried to reach. */
  readonly address: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  /** Time until the kernel removes the element, in milliseconds. */
  readonly leftMs: number;
}

/** Time after which the kernel forgets a refused destination, and notes it again. */
export const REFUSED_MS = 62_000;

/** Destinations of one function that the firewall notes at once, and further ones each minute. */
const NOTED_AT_ONCE = 20;
const NOTED_EACH_MINUTE = 10;

/**
 * Maximum elements of the set, in the whole table. The kernel reserves memory for them, and looks
 * through it in each answer, so that there are not many more than a busy host needs.
 */
export const REFUSED_SIZE = 4_096;

const PROTOCOLS: ReadonlyMap<number, RefusedElement["protocol"]> = new Map([
  [6, "tcp"],
  [17, "udp"],
]);

/** Source of numbers: linux/netfilter/nf_tables.h. */
const NEW_ELEMENTS = 12;
const ELEMENTS = 3;
const KEY = 1;
const EXPIRATION = 5;
const VALUE = 1;
/** Each part of a key takes whole registers of four bytes. */
const KEY_BYTES = 16;

/**
 * Returns the sets and the chain that note what a function tries to reach; `interfaces` is a pattern
 * of nft(8) for those of functions.
 */
export function noteRules(interfaces: string): { readonly sets: string; readonly chain: string } {
  const element = "ip saddr . ip daddr . meta l4proto . th dport";
  return {
    sets: `  set refused {
    type ipv4_addr . ipv4_addr . inet_proto . inet_service
    size ${REFUSED_SIZE}
    flags dynamic, timeout
    timeout ${REFUSED_MS}ms
  }
  set noting {
    type ipv4_addr
    size ${REFUSED_SIZE}
    flags dynamic, timeout
    timeout 2m
  }
`,
    // A function that tries many destinations must not fill the set: the others need it too.
    chain: `  chain note {
    iifname != ${interfaces} return
    ${element} @refused return
    update @noting { ip saddr limit rate ${NOTED_EACH_MINUTE}/minute burst ${NOTED_AT_ONCE} packets } add @refused { ${element} }
  }
`,
  };
}

/** Returns the elements among the messages in a part of the kernel's answer. */
export function refusedElements(bytes: Uint8Array<ArrayBuffer>): RefusedElement[] {
  return nftMessages(bytes).filter(({ kind }) => kind === NEW_ELEMENTS)
    .flatMap(({ body }) => nftAttributes(body).filter(({ type }) => type === ELEMENTS))
    .flatMap(({ value }) => nftAttributes(value))
    .flatMap(({ value }) => readElement(value) ?? []);
}

function readElement(bytes: Uint8Array<ArrayBuffer>): RefusedElement | undefined {
  const parts = new Map(nftAttributes(bytes).map(({ type, value }) => [type, value]));
  const key = nftAttributes(parts.get(KEY) ?? new Uint8Array()).find(({ type }) => type === VALUE);
  if (key === undefined || key.value.length < KEY_BYTES) return undefined;
  const view = new DataView(key.value.buffer, key.value.byteOffset, KEY_BYTES);
  const protocol = PROTOCOLS.get(view.getUint8(8));
  if (protocol === undefined) return undefined;
  const left = parts.get(EXPIRATION);
  return {
    source: formatIpv4Address(view.getUint32(0)),
    address: formatIpv4Address(view.getUint32(4)),
    protocol,
    port: view.getUint16(12),
    leftMs: left?.length === 8
      ? Number(new DataView(left.buffer, left.byteOffset, 8).getBigUint64(0))
      : 0,
  };
}
