import type { Run } from "../system/run.ts";
import type { Family } from "./host.ts";

/** A loopback port of a namespace. */
export interface LoopbackPort {
  /** Path of the namespace. */
  readonly path: string;
  readonly family: Family;
  readonly port: number;
}

/** Table, loopback address and the consent to its use, by family. */
const FAMILIES = {
  ipv4: {
    table: "ip ddsrv",
    loopback: "127.0.0.1",
    consent: "echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet",
  },
  ipv6: {
    table: "ip6 ddsrv",
    loopback: "[::1]",
    // Otherwise, the kernel accepts packets to this address from the interface lo alone.
    consent: "ip -6 route replace local ::1/128 dev eth0 table local metric 2048",
  },
} as const;

/**
 * Makes a port that listens only on 127.0.0.1 or ::1 reachable from outside the namespace. Because
 * of NAT, the kernel tracks connections in the namespace. Connections of a function to itself are
 * excluded, because no memory limit counts their entries.
 */
export async function exposeLoopback(
  { path, family, port }: LoopbackPort,
  run: Run,
): Promise<void> {
  const { table, loopback, consent } = FAMILIES[family];
  await run(["nsenter", `--net=${path}`, "sh", "-c", `${consent} && exec nft -f -`], {
    stdin: `add table ${table}
delete table ${table}
table ${table} {
  chain untracked_input {
    type filter hook prerouting priority raw; policy accept;
    iifname "lo" notrack
  }
  chain untracked_output {
    type filter hook output priority raw; policy accept;
    oifname "lo" notrack
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    iifname "eth0" tcp dport ${port} dnat to ${loopback}:${port}
  }
}
`,
  });
}
