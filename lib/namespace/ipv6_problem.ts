import { containsNetwork, parseIpNetwork } from "../config/ip_network.ts";
import type { Ipv6Mode } from "../config/ipv6_mode.ts";
import { isPublic } from "../config/special_networks.ts";
import type { AddressRange6 } from "./address6.ts";
import type { Ipv6Forwarding } from "./forwarding.ts";
import type { HostRoute } from "./host.ts";

/** Facts of the host about IPv6. */
export interface Ipv6Facts {
  /** Text of `net.ipv6.conf.default.disable_ipv6`; `undefined` without IPv6 in the kernel. */
  readonly disabled: string | undefined;
  readonly forwarding: Ipv6Forwarding;
  /** Why nftables refuses the rules; `undefined` if it does not. */
  readonly tableError: string | undefined;
  /** Addresses of global scope. */
  readonly addresses: readonly string[];
  readonly routes: readonly HostRoute[];
}

/** A reason why functions have no IPv6. */
export interface Ipv6Problem {
  readonly reason: string;
  readonly remedy: string;
  /** The host itself uses IPv6, so that its operator may expect that functions do too. */
  readonly isSurprising: boolean;
}

/** Options of {@linkcode findIpv6Problem}. */
export interface Ipv6Wish {
  readonly mode: Exclude<Ipv6Mode, "off">;
  /** Range for functions, which the host must not route; not looked at when left out. */
  readonly range6?: AddressRange6;
}

/**
 * Returns why functions of a host can't have IPv6. With the mode `auto`, the host must have a path to
 * the public internet.
 */
export function findIpv6Problem(facts: Ipv6Facts, wish: Ipv6Wish): Ipv6Problem | undefined {
  const path = pathProblem(facts);
  const isSurprising = path === undefined;
  const { disabled, forwarding, tableError } = facts;
  if (disabled?.trim() !== "0") {
    return {
      reason: disabled === undefined
        ? "the kernel has no IPv6"
        : "the host disables it (net.ipv6.conf.default.disable_ipv6)",
      remedy: "Set that sysctl to 0 if functions need IPv6",
      isSurprising: false,
    };
  }
  if (forwarding === "read-only") {
    return {
      reason: "/proc/sys is read-only, so that ddsrv cannot set up IPv6 in namespaces",
      remedy: "Make it writable (docker run --security-opt systempaths=unconfined)",
      isSurprising,
    };
  }
  if (forwarding === "impossible") {
    return {
      reason: "this kernel (before Linux 6.17) can forward IPv6 only on all interfaces at once, " +
        "and ddsrv never changes that, because the host would then ignore router advertisements",
      remedy:
        "Set net.ipv6.conf.INTERFACE.accept_ra=2 for each interface that gets its route from " +
        "advertisements, and then net.ipv6.conf.all.forwarding=1",
      isSurprising,
    };
  }
  if (tableError !== undefined) {
    return {
      reason: `nftables cannot filter and translate it (${tableError})`,
      remedy: "Load the kernel modules nf_tables and nft_chain_nat with IPv6",
      isSurprising,
    };
  }
  const taken = wish.range6 && takenBy(wish.range6, facts.routes);
  if (taken !== undefined) return { ...taken, isSurprising };
  return wish.mode === "auto" && path !== undefined ? { ...path, isSurprising: false } : undefined;
}

type Reason = Pick<Ipv6Problem, "reason" | "remedy">;

function pathProblem({ addresses, routes }: Ipv6Facts): Reason | undefined {
  const networks = addresses.map(parseIpNetwork);
  if (!networks.some((one) => one !== undefined && isPublic(one))) {
    return {
      reason: "the host has no public IPv6 address",
      remedy: "Give it one, or choose --ipv6=on for private networks",
    };
  }
  if (routes.some(({ dst }) => dst === "default")) return undefined;
  return {
    reason: "the host has no default route for IPv6",
    remedy: "Add one, or choose --ipv6=on for private networks",
  };
}

function takenBy(
  { cidr, network }: AddressRange6,
  routes: readonly HostRoute[],
): Reason | undefined {
  // A wider route, such as that of a private network to fc00::/7, gives way to those of links.
  const taken = routes.find(({ dst }) => {
    const routed = parseIpNetwork(dst);
    return routed !== undefined && containsNetwork(network, routed);
  });
  if (taken === undefined) return undefined;
  return {
    reason: `the host already has a route to ${taken.dst}, within ${cidr}`,
    remedy: 'Set another /48 as "addressRange6" in ddsrv.json',
  };
}
