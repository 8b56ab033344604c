import { formatBandwidth } from "../config/bandwidth.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { Run } from "../system/run.ts";

/** Remedy when tc(8) or the kernel can't limit bandwidth. */
export const BANDWIDTH_REMEDY =
  "Install iproute2 with its program tc and load the kernel's module " +
  'sch_tbf (modprobe sch_tbf), or leave "bandwidth" out';

/**
 * Tries what bounds bandwidth in a network of its own, of which nothing is left.
 *
 * @throws {Error} when it can't be had
 */
export async function probeBandwidth(run: Run): Promise<string> {
  const queue = "tc qdisc add dev lo root tbf rate 1mbit burst 16kb latency 100ms";
  await run(["unshare", "--net", "sh", "-c", queue]);
  return "tc can bound it";
}

/** Message for an isolation level that has no link on which to limit bandwidth. */
export function unboundedBandwidth({ bandwidthBits }: FunctionPolicy): string[] {
  if (bandwidthBits === Infinity) return [];
  const most = formatBandwidth(bandwidthBits);
  return [`Its bandwidth of ${most} is not bounded at this level of isolation, only with full`];
}
