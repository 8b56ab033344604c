import { formatIpv6Address, parseIpv6Address } from "../../../lib/config/ipv6_network.ts";
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
