import { type Run, run as execute } from "../system/run.ts";
import { missingCapabilities } from "./capabilities.ts";
import type { Probe } from "./finding.ts";
import { mountsProbe } from "./mounts_probe.ts";
import { isContainer, type Remedies, remediesFor } from "./remedies.ts";
import { seccompProbe } from "./seccomp_probe.ts";

/** Options of {@linkcode kernelProbes}. */
export interface KernelProbeOptions {
  readonly run?: Run;
  /** Text of `/proc/self/status`; read when left out. */
  readonly status?: string;
  readonly isContainer?: boolean;
  /** Directory of locks and namespaces. */
  readonly runtimeDirectory?: string;
}

/** Returns tests of the kernel features that full isolation needs. They leave nothing behind. */
export async function kernelProbes(options: KernelProbeOptions = {}): Promise<Probe<string>[]> {
  const { run = execute, runtimeDirectory = "/run" } = options;
  const status = options.status ?? await Deno.readTextFile("/proc/self/status").catch(() => "");
  const remedies = remediesFor({ isContainer: options.isContainer ?? await isContainer() });
  return [
    capabilityProbe(status, remedies),
    {
      layer: "runtime",
      probe: async () => {
        const directory = await requireWritable(runtimeDirectory);
        return `${directory} is writable`;
      },
      remedy: remedies.runtime,
    },
    {
      layer: "network",
      probe: async () => {
        await run(["unshare", "--net", "true"]);
        return "network namespaces can be created";
      },
      remedy: remedies.network,
    },
    {
      layer: "firewall",
      probe: async () => {
        // The kernel only checks the table, in a new network namespace.
        await run(["unshare", "--net", "nft", "--check", "--file", "-"], { stdin: PROBE_TABLE });
        return "nftables with addresses, sets and NAT";
      },
      remedy: remedies.firewall,
    },
    mountsProbe(run),
    {
      layer: "sandbox",
      probe: async () => {
        const mounts = ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"];
        const links = ["lib", "lib64", "bin"]
          .flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]);
        await run(["bwrap", "--unshare-pid", "--unshare-ipc", ...mounts, ...links, "--", "true"]);
        return "processes and files by bubblewrap";
      },
      remedy: remedies.sandbox,
    },
    seccompProbe(run),
  ];
}

function capabilityProbe(status: string, remedies: Remedies): Probe<string> {
  const missing = missingCapabilities(status);
  return {
    layer: "rights",
    probe: () =>
      missing.length === 0
        ? Promise.resolve("all necessary capabilities")
        : Promise.reject(new Error(`missing capabilities: ${missing.join(", ")}`)),
    remedy: remedies.capabilities(missing),
  };
}

/** Tests that a directory is writable, without creating a file that an abort could leave behind. */
async function requireWritable(parent: string): Promise<string> {
  try {
    const now = new Date();
    await Deno.utime(parent, now, now);
    return parent;
  } catch (cause) {
    throw new Error(`cannot write to "${parent}": ${(cause as Error).message}`, { cause });
  }
}

const PROBE_TABLE = `table inet ddsrv_probe {
  set registered { typeof iifname . ip saddr; }
  chain prerouting {
    type filter hook prerouting priority raw;
    iifname . ip saddr @registered accept
  }
  chain postrouting { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }
}
`;
