import type { Namespace } from "../namespace/network.ts";
import type { Listener } from "../process/socket_table.ts";
import type { Endpoint } from "../system/endpoint.ts";
import { type Run, run as execute } from "../system/run.ts";

/** Returns the endpoint of a listener in a namespace, and makes it reachable if it is on loopback. */
export async function reachListener(
  namespace: Pick<Namespace, "path" | "address" | "address6" | "exposeLoopback">,
  { port, scope }: Listener,
  run: Run = execute,
): Promise<Endpoint> {
  const { address, address6 = address } = namespace;
  const endpoint = { hostname: address, port };
  const endpoint6 = { hostname: address6, port };
  switch (scope) {
    case "any":
    case "unreachable":
      return endpoint;
    case "dual":
      return await isIpv6Only(namespace.path, port, run) ? endpoint6 : endpoint;
    case "any6":
      return endpoint6;
    case "loopback":
      await namespace.exposeLoopback(port, "ipv4");
      return endpoint;
    case "loopback6":
      await namespace.exposeLoopback(port, "ipv6");
      return endpoint6;
    default:
      return scope satisfies never;
  }
}

/**
 * Returns true if the socket on `[::]` accepts no IPv4 (IPV6_V6ONLY in ipv6(7)), which only ss(8)
 * tells. Without ss, it counts as one for both families, as most are.
 */
async function isIpv6Only(path: string, port: number, run: Run): Promise<boolean> {
  try {
    const filter = ["sport", "=", `:${port}`];
    const options = ["-H", "-6", "-l", "-t", "-n", "-e"];
    const lines = await run(["nsenter", `--net=${path}`, "ss", ...options, ...filter]);
    return lines.includes("v6only:1");
  } catch {
    return false;
  }
}
