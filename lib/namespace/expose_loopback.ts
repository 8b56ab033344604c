import type { Run } from "../system/run.ts";

/**
 * Makes a port that listens only on 127.0.0.1 reachable from outside the namespace at `path`.
 * Because of NAT, the kernel tracks connections in the namespace. Connections of a function to
 * itself are excluded, because no memory limit counts their entries.
 */
export async function exposeLoopback(path: string, port: number, run: Run): Promise<void> {
  const script = "echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet && exec nft -f -";
  await run(["nsenter", `--net=${path}`, "sh", "-c", script], {
    stdin: `add table ip ddsrv
delete table ip ddsrv
table ip ddsrv {
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
    iifname "eth0" tcp dport ${port} dnat to 127.0.0.1:${port}
  }
}
`,
  });
}
