/** Remedies for features that the host or the container denies, by layer. */
export interface Remedies {
  /** Missing capabilities, given without `CAP_`. */
  readonly capabilities: (missing: readonly string[]) => string;
  readonly network: string;
  readonly firewall: string;
  readonly sandbox: string;
  readonly groups: string;
  readonly runtime: string;
}

const NO_LIMITS = "Without them, one function can use all resources of the host";

const MODULES = "load nf_tables and nft_chain_nat on the host";

/**
 * Returns flags of `docker run` inside a container, which Podman has too, otherwise host settings.
 */
export function remediesFor({ isContainer }: { readonly isContainer: boolean }): Remedies {
  if (!isContainer) {
    return {
      capabilities: (missing) =>
        `Give root these capabilities (systemd: CapabilityBoundingSet=${
          missing.map((name) => `CAP_${name}`).join(" ")
        })`,
      network: "Add CAP_SYS_ADMIN, and allow network namespaces (user.max_net_namespaces)",
      firewall: `Add CAP_NET_ADMIN, and ${MODULES}`,
      sandbox: "Allow mount and pivot_root for root (seccomp, AppArmor, SELinux)",
      groups: `${NO_LIMITS}. Mount control groups at /sys/fs/cgroup, writable`,
      runtime: "Mount a writable tmpfs at /run",
    };
  }
  return {
    capabilities: (missing) =>
      `Run the container with ${
        missing.map((name) => `--cap-add ${name}`).join(" ")
      }, or with --privileged`,
    network: "Run the container with --cap-add SYS_ADMIN --security-opt seccomp=unconfined",
    firewall: `Run the container with --cap-add NET_ADMIN, and ${MODULES}`,
    sandbox: "Run the container with --security-opt seccomp=unconfined --security-opt " +
      "apparmor=unconfined",
    groups: `${NO_LIMITS}. Use the image's entry point, which makes them writable, or run ` +
      "the container with --security-opt writable-cgroups=true (Docker 28), or --privileged",
    runtime: "Run the container with --tmpfs /run",
  };
}

/** Returns true inside a container of Docker or Podman, which each create a marker file. */
export async function isContainer(): Promise<boolean> {
  const marks = await Promise.all(
    ["/.dockerenv", "/run/.containerenv"].map((path) => Deno.stat(path).catch(() => undefined)),
  );
  return marks.some((mark) => mark !== undefined);
}
