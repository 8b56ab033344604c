import { contains, intersects, type Ipv4Network, parseIpv4Network } from "./ipv4_network.ts";

/** Networks of cloud metadata services, which serve credentials of the machine. */
export const METADATA_NETWORKS: readonly string[] = [
  "169.254.0.0/16",
  "100.100.100.200",
  "192.0.0.192",
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

const metadata = METADATA_NETWORKS.map((text) => parseIpv4Network(text)!);
const notPublic = PRIVATE_NETWORKS.map((text) => parseIpv4Network(text)!);

/** Returns true if a network has only addresses of cloud metadata services. */
export function isMetadata(network: Ipv4Network): boolean {
  return metadata.some((one) => contains(one, network));
}

/** Returns true if all addresses of a network are on the public internet. */
export function isPublic(network: Ipv4Network): boolean {
  return !notPublic.some((one) => intersects(one, network));
}
