import {
  containsNetwork,
  intersectsNetwork,
  type IpNetwork,
  parseIpNetwork,
} from "./ip_network.ts";

/** Networks of cloud metadata services, which serve credentials of the machine. */
export const METADATA_NETWORKS: readonly string[] = [
  "169.254.0.0/16",
  "100.100.100.200",
  "192.0.0.192",
];

/** The same in IPv6: link-local addresses, and those of AWS, Google Cloud and Scaleway. */
export const METADATA_NETWORKS6: readonly string[] = [
  "fe80::/10",
  "fd00:ec2::/32",
  "fd20:ce::254",
  "fd00:42::42",
];

/**
 * IPv6 networks that contain IPv4 addresses, so that they may lead to any of them: IPv4-compatible,
 * IPv4-mapped, translated and tunnelled ones. Source: IANA IPv6 Special-Purpose Address Registry.
 */
export const EMBEDDING_NETWORKS: readonly string[] = [
  "::/96",
  "::ffff:0:0/96",
  "::ffff:0:0:0/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "2001::/32",
  "2002::/16",
];

/** Networks outside the public internet. Source: IANA IPv4 Special-Purpose Address Registry. */
export const PRIVATE_NETWORKS: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
];

/**
 * The same in IPv6: everything outside the only block of public addresses, `2000::/3`, and the
 * special networks inside. Source: IANA IPv6 Special-Purpose Address Registry.
 */
export const PRIVATE_NETWORKS6: readonly string[] = [
  "::/3",
  "4000::/2",
  "8000::/1",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
];

const parsed = (texts: readonly string[]): IpNetwork[] =>
  texts.map((text) => parseIpNetwork(text)!);

const metadata = parsed([...METADATA_NETWORKS, ...METADATA_NETWORKS6]);
const embedding = parsed(EMBEDDING_NETWORKS);
const notPublic = parsed([...PRIVATE_NETWORKS, ...PRIVATE_NETWORKS6]);

/** Returns true if a network has only addresses of cloud metadata services. */
export function isMetadata(network: IpNetwork): boolean {
  return metadata.some((one) => containsNetwork(one, network));
}

/** Returns true if a network has only IPv6 addresses that contain IPv4 addresses. */
export function isEmbedding(network: IpNetwork): boolean {
  return embedding.some((one) => containsNetwork(one, network));
}

/** Returns true if all addresses of a network are on the public internet. */
export function isPublic(network: IpNetwork): boolean {
  return !notPublic.some((one) => intersectsNetwork(one, network));
}
