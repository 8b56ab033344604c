import type { Ipv6Mode } from "../config/ipv6_mode.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import type { Run } from "../system/run.ts";
import type { AddressRange } from "./address.ts";
import { type AddressRange6, addressRange6 } from "./address6.ts";
import { findIpv6Forwarding } from "./forwarding.ts";
import { readGlobalAddresses, readRoutes } from "./host.ts";
import { findIpv6Problem, type Ipv6Facts } from "./ipv6_problem.ts";

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
  readonly read?: typeof readIpv6Facts;
}

/**
 * Returns the IPv6 range of functions; `undefined` if they have no IPv6.
 *
 * @throws {Error} if the mode is `on`, and the host cannot give it to them
 */
export async function chooseIpv6(options: Ipv6Options): Promise<AddressRange6 | undefined> {
  const { mode, range, onWarning, run, read = readIpv6Facts } = options;
  if (mode === "off") return undefined;
  const range6 = addressRange6(options.addressRange6, range);
  const problem = findIpv6Problem(await read(run), { mode, range6 });
  if (problem === undefined) return range6;
  const { reason, remedy, isSurprising } = problem;
  const what = `${reason}. ${remedy}. Or choose --ipv6=off`;
  if (mode === "on") throw new Error(`Functions cannot have IPv6: ${what}`);
  if (isSurprising) onWarning(`Functions have no IPv6: ${what}`);
  return undefined;
}

/** Reads what the host says about IPv6; changes nothing. */
export async function readIpv6Facts(run: Run): Promise<Ipv6Facts> {
  const disabled = await readOptionalTextFile("/proc/sys/net/ipv6/conf/default/disable_ipv6");
  if (disabled === undefined) {
    const forwarding = "impossible";
    return { disabled, forwarding, tableError: undefined, addresses: [], routes: [] };
  }
  const [forwarding, tableError, addresses, routes] = await Promise.all([
    findIpv6Forwarding(),
    tryTable(run),
    readGlobalAddresses(run),
    readRoutes(run, "ipv6"),
  ]);
  return { disabled, forwarding, tableError, addresses, routes };
}

async function tryTable(run: Run): Promise<string | undefined> {
  try {
    await run(["unshare", "--net", "nft", "--check", "--file", "-"], { stdin: PROBE_TABLE });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
