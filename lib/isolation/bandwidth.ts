import { formatBandwidth } from "../config/bandwidth.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { Run } from "../system/run.ts";

/** Remedy when tc(8) or the kernel can't limit bandwidth. */
export const BANDWIDTH_REMEDY =
  "Install iproute2, which has tc, and load the kernel module sch_tbf (modprobe sch_tbf), or " +
  'remove "bandwidth" from the settings';

/**
 * Creates a tc-tbf(8) queue in a new network namespace, which the kernel removes with the command.
 *
 * @throws {Error} when tc or the kernel can't limit bandwidth
 */
export async function probeBandwidth(run: Run): Promise<string> {
  const queue = "tc qdisc add dev lo root tbf rate 1mbit burst 16kb latency 100ms";
  await run(["unshare", "--net", "sh", "-c", queue]);
  return "tc can limit it";
}

/** Returns a problem where the isolation level can't limit the bandwidth that the policy sets. */
export function unboundedBandwidth({ bandwidthBits }: FunctionPolicy): string[] {
  if (bandwidthBits === Infinity) return [];
  const most = formatBandwidth(bandwidthBits);
  return [
    `The bandwidth limit of ${most} has no effect: only --isolation=full can limit bandwidth`,
  ];
}
