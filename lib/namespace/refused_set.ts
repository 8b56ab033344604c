import { formatIpv4Address } from "../config/ipv4_network.ts";
import { formatIpv6Address } from "../config/ipv6_network.ts";
import { FAMILIES } from "./firewall_families.ts";
import { nftAttributes, nftMessages } from "./nft_messages.ts";

/** A destination that the firewall has refused to a function, as the set has it. */
export interface RefusedElement {
  /** Address of the function. */
  readonly source: string;
  /** Address that it tried to reach. */
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
/** Bytes of the two addresses in a key. Each of its parts takes whole registers of four bytes. */
const [ADDRESSES, ADDRESSES6] = [8, 32];
const REST_BYTES = 8;

/** Names of the sets of refused destinations. */
export function refusedSets({ hasIpv6 }: { readonly hasIpv6: boolean }): readonly string[] {
  return hasIpv6 ? ["refused", "refused6"] : ["refused"];
}

/** Options of {@linkcode noteRules}. */
export interface NoteOptions {
  /** Pattern of nft(8) for the interfaces of functions. */
  readonly interfaces: string;
  readonly hasIpv6: boolean;
}

/** Returns the sets and the chain that note what a function tries to reach. */
export function noteRules(
  { interfaces, hasIpv6 }: NoteOptions,
): { readonly sets: string; readonly chain: string } {
  const families = hasIpv6 ? FAMILIES : FAMILIES.slice(0, 1);
  const rate = `limit rate ${NOTED_EACH_MINUTE}/minute burst ${NOTED_AT_ONCE} packets`;
  const sets = families.map(({ type, suffix }) =>
    `  set refused${suffix} {
    type ${type} . ${type} . inet_proto . inet_service
    size ${REFUSED_SIZE}
    flags dynamic, timeout
    timeout ${REFUSED_MS}ms
  }
  set noting${suffix} {
    type ${type}
    size ${REFUSED_SIZE}
    flags dynamic, timeout
    timeout 2m
  }
`
  );
  // A function that tries many destinations must not fill the set: the others need it too.
  const rules = families.map(({ ip, suffix }) => {
    const element = `${ip} saddr . ${ip} daddr . meta l4proto . th dport`;
    return `    ${element} @refused${suffix} return
    update @noting${suffix} { ${ip} saddr ${rate} } add @refused${suffix} { ${element} }
`;
  });
  return {
    sets: sets.join(""),
    chain: `  chain note {
    iifname != ${interfaces} return
${rules.join("")}  }
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
  if (key === undefined) return undefined;
  const length = key.value.length - REST_BYTES;
  if (length !== ADDRESSES && length !== ADDRESSES6) return undefined;
  const view = new DataView(key.value.buffer, key.value.byteOffset);
  const protocol = PROTOCOLS.get(view.getUint8(length));
  if (protocol === undefined) return undefined;
  const left = parts.get(EXPIRATION);
  return {
    source: readAddress(view, { at: 0, length: length / 2 }),
    address: readAddress(view, { at: length / 2, length: length / 2 }),
    protocol,
    port: view.getUint16(length + 4),
    leftMs: left?.length === 8
      ? Number(new DataView(left.buffer, left.byteOffset, 8).getBigUint64(0))
      : 0,
  };
}

function readAddress(
  view: DataView,
  { at, length }: { readonly at: number; readonly length: number },
): string {
  if (length === 4) return formatIpv4Address(view.getUint32(at));
  return formatIpv6Address(view.getBigUint64(at) << 64n | view.getBigUint64(at + 8));
}
