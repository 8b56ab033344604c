import { isPublic } from "../config/special_networks.ts";
import { intersectsNetwork, parseIpNetwork } from "../config/ip_network.ts";
import type { Ipv6Mode } from "../config/ipv6_mode.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import type { Run } from "../system/run.ts";
import type { AddressRange } from "./address.ts";
import { type AddressRange6, addressRange6 } from "./address6.ts";
import { canForwardIpv6 } from "./forwarding.ts";
import { readGlobalAddresses, readRoutes } from "./host.ts";

/** A reason why functions have no IPv6. */
export interface Ipv6Problem {
  readonly reason: string;
  readonly remedy: string;
  /** The host itself uses IPv6, so that its operator may expect that functions do too. */
  readonly isSurprising: boolean;
}

const OFF = "Or choose --ipv6=off";

/** The kernel only checks the table, in a new network namespace. */
const PROBE_TABLE = `table inet ddsrv_probe {
  set registered { typeof iifname . ip6 saddr; }
  chain prerouting {
    type filter hook prerouting priority raw;
    exthdr rt exists drop
    iifname . ip6 saddr @registered accept
  }
  chain postrouting { type nat hook postrouting priority srcnat; ip6 saddr fd00::/8 masquerade; }
}
`;

/** Options of {@linkcode chooseIpv6}. */
export interface Ipv6Options {
  readonly mode: Ipv6Mode;
  /** A /48. */
  readonly addressRange6: string;
  /** The IPv4 range of this supervisor. */
  readonly range: AddressRange;
  readonly onWarning: (message: string) => void;
  readonly run: Run;
}

/**
 * Returns the IPv6 range of functions; `undefined` if they have no IPv6.
 *
 * @throws {Error} if the mode is `on`, and the host cannot give it to them
 */
export async function chooseIpv6(options: Ipv6Options): Promise<AddressRange6 | undefined> {
  const { mode, range, onWarning, run } = options;
  if (mode === "off") return undefined;
  const range6 = addressRange6(options.addressRange6, range);
  const problem = await findKernelProblem(run) ?? await findRouteProblem(range6, run) ??
    (mode === "auto" ? await findPathProblem(run) : undefined);
  if (problem === undefined) return range6;
  const { reason, remedy, isSurprising } = problem;
  if (mode === "on") throw new Error(`Functions cannot have IPv6: ${reason}. ${remedy}. ${OFF}`);
  if (isSurprising) onWarning(`Functions have no IPv6: ${reason}. ${remedy}. ${OFF}`);
  return undefined;
}

/** Returns why functions of this host get no IPv6 with the mode `auto`, if so. */
export async function findIpv6Problem(run: Run): Promise<Ipv6Problem | undefined> {
  return await findKernelProblem(run) ?? await findPathProblem(run);
}

async function findKernelProblem(run: Run): Promise<Ipv6Problem | undefined> {
  const disabled = await readOptionalTextFile("/proc/sys/net/ipv6/conf/default/disable_ipv6");
  if (disabled?.trim() !== "0") {
    return {
      reason: disabled === undefined
        ? "the kernel has no IPv6"
        : "the host disables it (net.ipv6.conf.default.disable_ipv6)",
      remedy: "Set that sysctl to 0 if functions need IPv6",
      isSurprising: false,
    };
  }
  if (!await canForwardIpv6()) {
    return {
      reason: "this kernel (before Linux 6.17) can forward IPv6 only on all interfaces at once, " +
        "and ddsrv never changes that, because the host would then ignore router advertisements",
      remedy:
        "Set net.ipv6.conf.INTERFACE.accept_ra=2 for each interface that gets its route from " +
        "advertisements, and then net.ipv6.conf.all.forwarding=1",
      isSurprising: await findPathProblem(run) === undefined,
    };
  }
  try {
    await run(["unshare", "--net", "nft", "--check", "--file", "-"], { stdin: PROBE_TABLE });
    return undefined;
  } catch (error) {
    return {
      reason: `nftables cannot filter and translate it (${(error as Error).message})`,
      remedy: "Load the kernel modules nf_tables and nft_chain_nat with IPv6",
      isSurprising: true,
    };
  }
}

/** Looks for an address and a route to the public IPv6 internet. */
async function findPathProblem(run: Run): Promise<Ipv6Problem | undefined> {
  const addresses = (await readGlobalAddresses(run)).map(parseIpNetwork);
  if (!addresses.some((one) => one !== undefined && isPublic(one))) {
    return {
      reason: "the host has no public IPv6 address",
      remedy: "Give it one, or choose --ipv6=on for private networks",
      isSurprising: false,
    };
  }
  const routes = await readRoutes(run, "ipv6");
  if (routes.some(({ dst }) => dst === "default")) return undefined;
  return {
    reason: "the host has no default route for IPv6",
    remedy: "Add one, or choose --ipv6=on for private networks",
    isSurprising: false,
  };
}

async function findRouteProblem(
  { cidr, network }: AddressRange6,
  run: Run,
): Promise<Ipv6Problem | undefined> {
  const taken = (await readRoutes(run, "ipv6")).find(({ dst }) => {
    const routed = parseIpNetwork(dst);
    return routed !== undefined && intersectsNetwork(routed, network);
  });
  if (taken === undefined) return undefined;
  return {
    reason: `the host already has a route to ${taken.dst}, within ${cidr}`,
    remedy: 'Set another /48 as "addressRange6" in ddsrv.json',
    isSurprising: true,
  };
}
