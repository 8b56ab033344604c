import { type Run, run as execute } from "../system/run.ts";
import { missingCapabilities } from "./capabilities.ts";
import { mountsProbe } from "./mounts_probe.ts";
import { isContainer, type Remedies, remediesFor } from "./remedies.ts";
import { SECCOMP_FOUND, SECCOMP_PROBE, SECCOMP_REMEDY } from "./seccomp_probe.ts";

/** One look at what the kernel allows; what it throws is why the layer is missing. */
export interface KernelProbe {
  readonly layer: string;
  /** Gives what is so. */
  readonly look: () => Promise<string>;
  readonly remedy: string;
}

/** What {@linkcode kernelProbes} looks with. */
export interface KernelProbeOptions {
  readonly run?: Run;
  /** Text of `/proc/self/status`; read when left out. */
  readonly status?: string;
  readonly isContainer?: boolean;
  /** Where locks and namespaces are kept. */
  readonly runtimeDirectory?: string;
}

/** Tries what full isolation asks of the kernel, layer by layer; nothing is left of it. */
export async function kernelProbes(options: KernelProbeOptions = {}): Promise<KernelProbe[]> {
  const { run = execute, runtimeDirectory = "/run" } = options;
  const status = options.status ?? await Deno.readTextFile("/proc/self/status").catch(() => "");
  const remedies = remediesFor({ isContainer: options.isContainer ?? await isContainer() });
  return [
    capabilityProbe(status, remedies),
    {
      layer: "runtime",
      look: async () => {
        const directory = await touch(runtimeDirectory);
        return `${directory} is writable`;
      },
      remedy: remedies.runtime,
    },
    {
      layer: "network",
      look: async () => {
        await run(["unshare", "--net", "true"]);
        return "namespaces can be made";
      },
      remedy: remedies.network,
    },
    {
      layer: "firewall",
      look: async () => {
        // Checked by the kernel in a network of its own, and never laid.
        await run(["unshare", "--net", "nft", "--check", "--file", "-"], { stdin: PROBE_TABLE });
        return "nftables with addresses, sets and NAT";
      },
      remedy: remedies.firewall,
    },
    mountsProbe(run),
    {
      layer: "sandbox",
      look: async () => {
        const mounts = ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"];
        const links = ["lib", "lib64", "bin"]
          .flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]);
        await run(["bwrap", "--unshare-pid", "--unshare-ipc", ...mounts, ...links, "--", "true"]);
        return "processes and files by bubblewrap";
      },
      remedy: remedies.sandbox,
    },
    {
      layer: "filter",
      look: async () => {
        await run(SECCOMP_PROBE);
        return SECCOMP_FOUND;
      },
      remedy: SECCOMP_REMEDY,
    },
  ];
}

function capabilityProbe(status: string, remedies: Remedies): KernelProbe {
  const missing = missingCapabilities(status);
  return {
    layer: "rights",
    look: () =>
      missing.length === 0
        ? Promise.resolve("all capabilities that it takes")
        : Promise.reject(new Error(`capabilities are missing: ${missing.join(", ")}`)),
    remedy: remedies.capabilities(missing),
  };
}

/** Whether a directory can be written to, found out by what leaves nothing, whenever it ends. */
async function touch(parent: string): Promise<string> {
  try {
    const now = new Date();
    await Deno.utime(parent, now, now);
    return parent;
  } catch (cause) {
    throw new Error(`nothing can be made in "${parent}": ${(cause as Error).message}`, { cause });
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
