import {
  EMBEDDING_NETWORKS,
  METADATA_NETWORKS,
  METADATA_NETWORKS6,
  PRIVATE_NETWORKS,
  PRIVATE_NETWORKS6,
} from "../config/special_networks.ts";

/** The words of one family in the rules of nft(8). The policy is the same for both families. */
export interface FamilyRules {
  /** Keyword of its header. */
  readonly ip: "ip" | "ip6";
  /** Type of its addresses. */
  readonly type: "ipv4_addr" | "ipv6_addr";
  /** Suffix of the names of its sets. */
  readonly suffix: "" | "6";
  /** Networks that no egress opens. */
  readonly metadata: readonly string[];
  /** Networks that egress `internet` does not open. */
  readonly notPublic: readonly string[];
  /** Returns true for an address of this family. */
  readonly isOwn: (address: string) => boolean;
}

/** IPv4, and then IPv6. */
export const FAMILIES: readonly FamilyRules[] = [
  {
    ip: "ip",
    type: "ipv4_addr",
    suffix: "",
    metadata: METADATA_NETWORKS,
    notPublic: PRIVATE_NETWORKS,
    isOwn: (address) => !address.includes(":"),
  },
  {
    ip: "ip6",
    type: "ipv6_addr",
    suffix: "6",
    metadata: [...METADATA_NETWORKS6, ...EMBEDDING_NETWORKS],
    notPublic: PRIVATE_NETWORKS6,
    isOwn: (address) => address.includes(":"),
  },
];

/** Returns the sets of one family, except those that note refusals. */
export function familySets(
  { type, suffix, metadata, notPublic, isOwn }: FamilyRules,
  resolvers: readonly string[],
): string {
  return `  set sources${suffix} {
    type ifname . ${type}
  }
  set networks${suffix} {
    type ifname . ${type}
    flags interval
  }
  set services${suffix} {
    type ifname . ${type} . inet_service
    flags interval
  }
  set resolvers${suffix} {
    type ${type}
    ${elements(resolvers.filter(isOwn))}
  }
  set metadata${suffix} {
    type ${type}
    flags interval
    auto-merge
    ${elements(metadata)}
  }
  set private${suffix} {
    type ${type}
    flags interval
    auto-merge
    ${elements(notPublic)}
  }
  set flows${suffix} {
    type ${type}
    size 65535
    flags dynamic
  }
  set few${suffix} {
    type ${type}
    size 65535
    flags dynamic
  }
`;
}

function elements(values: readonly string[]): string {
  return values.length === 0 ? "" : `elements = { ${values.join(", ")} }`;
}
