/** Capabilities that full isolation needs, by bit of the kernel's sets, see capabilities(7). */
export const NEEDED_CAPABILITIES: readonly (readonly [bit: number, name: string])[] = [
  [0, "CHOWN"], // give module caches and data directories to the functions' users
  [1, "DAC_OVERRIDE"], // write there afterwards, and read every folder
  [3, "FOWNER"], // copy a folder for a rollback
  [5, "KILL"], // kill functions, which run as other users
  [6, "SETGID"],
  [7, "SETUID"],
  [8, "SETPCAP"], // drop all capabilities of a function, the bounding set included
  [12, "NET_ADMIN"], // links, addresses, the firewall
  [21, "SYS_ADMIN"], // namespaces and mounts
];

/**
 * Returns the capabilities that full isolation needs and a process lacks, without `CAP_`.
 *
 * @param status text of `/proc/PID/status`, proc_pid_status(5)
 * @example missingCapabilities("CapEff:\t0000000000201be1\n") // ["CHOWN", "DAC_OVERRIDE", …]
 */
export function missingCapabilities(status: string): string[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return NEEDED_CAPABILITIES.filter(([bit]) => (effective >> BigInt(bit) & 1n) === 0n)
    .map(([, name]) => name);
}
