import { parseIpv6Address } from "../../../lib/config/ipv6_network.ts";
import { host } from "./harness.ts";

/**
 * Sends one packet of ICMPv6 from a raw socket. Arguments: source, destination, interface, hop limit,
 * message in hexadecimal; the kernel adds the checksum. Numbers: AF_INET6 is 10, SOCK_RAW 3,
 * IPPROTO_ICMPV6 58, IPPROTO_IPV6 41, IPV6_UNICAST_HOPS 16, IPV6_MULTICAST_HOPS 18,
 * IPV6_MULTICAST_LOOP 19, and SO_BINDTODEVICE 25 of SOL_SOCKET 1 (linux/in6.h, socket.h).
 */
const ICMP = `use Socket qw(inet_pton pack_sockaddr_in6 AF_INET6);
my ($from, $to, $device, $hops, $message) = @ARGV;
socket(my $socket, 10, 3, 58) or die "socket: $!";
setsockopt($socket, 1, 25, pack("Z*", $device)) or die "device: $!";
setsockopt($socket, 41, $_, pack("i", $hops)) or die "hops: $!" for 16, 18;
setsockopt($socket, 41, 19, pack("i", 0)) or die "loop: $!";
bind($socket, pack_sockaddr_in6(0, inet_pton(AF_INET6, $from))) or die "bind: $!";
send($socket, pack("H*", $message), 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, $to)))
  or die "send: $!";
`;

/**
 * Sends a datagram that names a further destination in a routing header (RFC 8754), which needs no
 * privilege (IPV6_RTHDR is 57 in linux/in6.h). Arguments: first and further destination, and port.
 */
const ROUTED = `use Socket qw(inet_pton pack_sockaddr_in6 AF_INET6);
my ($first, $further, $port) = @ARGV;
socket(my $socket, 10, 2, 17) or die "socket: $!";
my @segments = map { inet_pton(AF_INET6, $_) } $further, $first;
my $header = pack("C8 a16 a16", 0, 4, 4, 1, 1, 0, 0, 0, @segments);
setsockopt($socket, 41, 57, $header) or die "header: $!";
send($socket, "x", 0, pack_sockaddr_in6($port, inet_pton(AF_INET6, $further))) or die "send: $!";
`;

/** Sends datagrams of many fragments. Arguments: destination, port and number of bytes. */
const FRAGMENTED = `use Socket qw(inet_pton pack_sockaddr_in6 AF_INET6);
my ($to, $port, $bytes) = @ARGV;
socket(my $socket, 10, 2, 17) or die "socket: $!";
send($socket, "x" x $bytes, 0, pack_sockaddr_in6($port, inet_pton(AF_INET6, $to))) or die "send: $!";
`;

/** A packet of ICMPv6. */
export interface IcmpPacket {
  readonly from: string;
  readonly to: string;
  /** In hexadecimal, with any checksum. */
  readonly message: string;
}

/** Sends a packet as root of a namespace, which no function is. */
export async function sendIcmp(namespace: string, packet: IcmpPacket): Promise<void> {
  const { from, to, message } = packet;
  await inside(namespace, "perl", "-e", ICMP, from, to, "eth0", "255", message);
}

/** Sends a datagram over a first destination to a further one, as an ordinary user. */
export async function sendRouted(
  namespace: string,
  { first, further, port }: {
    readonly first: string;
    readonly further: string;
    readonly port: number;
  },
): Promise<void> {
  const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"];
  await inside(namespace, ...user, "perl", "-e", ROUTED, first, further, String(port));
}

/** Sends a datagram that is larger than a packet. */
export async function sendFragmented(
  namespace: string,
  { to, port, bytes }: { readonly to: string; readonly port: number; readonly bytes: number },
): Promise<void> {
  await inside(namespace, "perl", "-e", FRAGMENTED, to, String(port), String(bytes));
}

/** Runs a command as root of a namespace. */
export function inside(namespace: string, ...command: string[]): Promise<string> {
  return host("ip", "netns", "exec", namespace, ...command);
}

/** A neighbour advertisement that claims an address for an Ethernet address (RFC 4861, 4.4). */
export function advertisement(address: string, linkAddress: string): string {
  return `8800000020000000${hexOf(address)}0201${linkAddress}`;
}

/** A neighbour solicitation (RFC 4861, 4.3). */
export function solicitation(address: string, linkAddress: string): string {
  return `8700000000000000${hexOf(address)}0101${linkAddress}`;
}

/** A router advertisement with a prefix for addresses (RFC 4861, 4.2). */
export function routerAdvertisement(prefix: string): string {
  const lifetimes = "0000ffff0000ffff00000000";
  return `860000004000ffff0000000000000000030440c0${lifetimes}${hexOf(prefix)}`;
}

/** A redirect of a destination to another router (RFC 4861, 4.5). */
export function redirect(target: string, destination: string): string {
  return `8900000000000000${hexOf(target)}${hexOf(destination)}`;
}

/** An echo request (RFC 4443, 4.1). */
export const ECHO = "8000000000010001";

function hexOf(address: string): string {
  return parseIpv6Address(address)!.toString(16).padStart(32, "0");
}
