import { formatIpv6Address, parseIpv6Address } from "../../../lib/config/ipv6_network.ts";
import { deriveOwnerId } from "../../../lib/owner/owner_id.ts";
import { host, type Server } from "./harness.ts";

/** Address of the pretend host's uplink. */
export const HOST6 = "3ffe:ffff:1::2";

/** Returns a function's IPv6 address. */
export async function addressOf6(server: Server, name: string): Promise<string> {
  const { namespace } = await server.inspect(name);
  const text = await host("ip", "-n", namespace!, "-6", "-o", "addr", "show", "dev", "eth0");
  return /inet6 (\S+)\/127/.exec(text)![1]!;
}

/** Returns the address of the host's end of a function's link. */
export function gatewayOf6(address: string): string {
  return formatIpv6Address(parseIpv6Address(address)! - 1n);
}

/**
 * Runs a command that lists links, addresses, routes or tables; returns the lines of the host and of
 * one supervisor. Others may run at the same time.
 */
export async function ownLines(
  functions: string,
  program: string,
  ...args: readonly string[]
): Promise<string[]> {
  const id = deriveOwnerId(functions);
  const lines = (await host(program, ...args)).split("\n");
  return lines.filter((line) => !new RegExp(`dd(srv_)?(?!${id})[0-9a-f]{6}(f\\d|$)`).test(line));
}

/** Returns the path of the record that a supervisor forwards IPv6 on the uplink. */
export function forwardingRecord(functions: string): string {
  return `/run/ddsrv/forwarding6/uplink/${deriveOwnerId(functions)}`;
}
