/** What to do about something that the host denies, in the words of where ddsrv runs. */
export interface Remedies {
  /** Capabilities are missing: these ones, without `CAP_`. */
  readonly capabilities: (missing: readonly string[]) => string;
  /** No namespace of a network can be made. */
  readonly network: string;
  /** The kernel takes no firewall table. */
  readonly firewall: string;
  /** bubblewrap can't make mounts. */
  readonly sandbox: string;
  /** No control group can be made. */
  readonly groups: string;
  /** `/run` can't be written to. */
  readonly runtime: string;
}

const STARVING = "Without them a greedy function can starve the others";

const MODULES = "load nf_tables and nft_chain_nat on the host";

/** Names the flags of `docker run`, which Podman has too, in a container, and settings elsewhere. */
export function remediesFor({ isContainer }: { readonly isContainer: boolean }): Remedies {
  if (!isContainer) {
    return {
      capabilities: (missing) =>
        `Give them to root again (systemd: CapabilityBoundingSet=${
          missing.map((name) => `CAP_${name}`).join(" ")
        })`,
      network: "Give CAP_SYS_ADMIN, and allow network namespaces (user.max_net_namespaces)",
      firewall: `Give CAP_NET_ADMIN, and ${MODULES}`,
      sandbox: "Allow mounts and pivot_root to root (seccomp, AppArmor, SELinux)",
      groups: `${STARVING}. Mount them at /sys/fs/cgroup, and make them writable`,
      runtime: "Make it writable, as a file system in memory (tmpfs)",
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
    groups: `${STARVING}. Start it by the image's own entry point, which makes them writable; or ` +
      "run the container with --security-opt writable-cgroups=true (Docker 28), or --privileged",
    runtime: "Run the container with --tmpfs /run",
  };
}

/** Whether this is a container of Docker's or Podman's, by the file that each puts into it. */
export async function isContainer(): Promise<boolean> {
  const marks = await Promise.all(
    ["/.dockerenv", "/run/.containerenv"].map((path) => Deno.stat(path).catch(() => undefined)),
  );
  return marks.some((mark) => mark !== undefined);
}
