/** What full isolation is made with, by bit of the kernel's sets, see capabilities(7). */
export const NEEDED_CAPABILITIES: readonly (readonly [bit: number, name: string])[] = [
  [0, "CHOWN"], // module caches and data directories, each its function's own
  [1, "DAC_OVERRIDE"], // to write there afterwards, and to read whatever folders there are
  [3, "FOWNER"], // to keep a folder as it was for a rollback
  [5, "KILL"], // to end functions, which have users of their own
  [6, "SETGID"],
  [7, "SETUID"],
  [8, "SETPCAP"], // to leave a function no capability, not even one to gain
  [12, "NET_ADMIN"], // links, addresses, the firewall
  [21, "SYS_ADMIN"], // namespaces and mounts
];

/**
 * The capabilities that full isolation needs and a process does not have, without `CAP_`.
 *
 * @param status text of `/proc/PID/status`, proc_pid_status(5)
 * @example missingCapabilities("CapEff:\t0000000000201be1\n") // ["CHOWN", "DAC_OVERRIDE", …]
 */
export function missingCapabilities(status: string): string[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return NEEDED_CAPABILITIES.filter(([bit]) => (effective >> BigInt(bit) & 1n) === 0n)
    .map(([, name]) => name);
}
