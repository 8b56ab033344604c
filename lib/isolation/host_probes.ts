import type { IsolationLevel } from "../config/isolation_level.ts";
import { findImageProblem, IMAGE_REMEDY } from "../disk/bounder.ts";
import { readResolvers } from "../namespace/resolvers.ts";
import { findIpv6Problem, type Ipv6Problem } from "../namespace/ipv6_problem.ts";
import { readIpv6Facts } from "../namespace/ipv6_support.ts";
import { CONTROLLERS, missingControllers } from "../sandbox/cgroup_hierarchy.ts";
import { boundsSockets, openControlGroups, readHierarchy } from "../sandbox/control_groups.ts";
import {
  findMissingPrograms,
  type Program,
  programs,
  rootlessPrograms,
} from "../system/programs.ts";
import type { Finding, Probe } from "./finding.ts";
import { capacityProbe } from "./capacity_probe.ts";
import { BANDWIDTH_REMEDY, probeBandwidth } from "./bandwidth.ts";
import { userNamespaceProbe } from "./user_namespaces.ts";
import { type Run, run as execute } from "../system/run.ts";
import { type KernelProbeOptions, kernelProbes } from "./kernel_probes.ts";
import { UNBOUNDED_SOCKETS, UNBOUNDED_SOCKETS_REMEDY } from "./groups.ts";
import { LANDLOCK_REMEDY, tryLandlock } from "./landlock.ts";
import { mountsProbe } from "./mounts_probe.ts";
import { isContainer, remediesFor } from "./remedies.ts";
import { seccompProbe } from "./seccomp_probe.ts";
import { probeWatches } from "./watch_probe.ts";

/** Options of {@linkcode examineHost}. */
export interface ExaminationOptions extends KernelProbeOptions {
  /** Isolation level to examine; `full` by default. */
  readonly level?: IsolationLevel;
  readonly path?: string;
  readonly uid?: number | null;
  readonly os?: string;
  /** Directory of the functions for which the host should have room; none when left out. */
  readonly functionsDirectory?: string;
}

/**
 * Tests every isolation layer of this host, from the outermost to the innermost. Each test uses the
 * layer and leaves nothing behind.
 */
export async function examineHost(options: ExaminationOptions = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { layer, probe, remedy } of await createProbes(options)) {
    try {
      const found = await probe();
      findings.push({
        layer,
        ...(typeof found === "string" ? { status: "ok", detail: found, remedy: "" } : found),
      });
    } catch (error) {
      findings.push({ layer, status: "missing", detail: (error as Error).message, remedy });
    }
  }
  return findings;
}

async function createProbes(options: ExaminationOptions): Promise<Probe[]> {
  const { level = "full" } = options;
  switch (level) {
    case "full":
      return await fullProbes(options);
    case "rootless":
      return rootlessProbes(options);
    case "none":
      return [{ layer: "files", probe: () => Promise.resolve(UNBOUNDED), remedy: "" }];
    default:
      return level satisfies never;
  }
}

const UNBOUNDED: Omit<Finding, "layer"> = {
  status: "limited",
  detail: "only Deno's permissions, on any system",
  remedy: "Use it for development only. Choose --isolation=full or rootless to isolate functions",
};

function systemProbe({ os = Deno.build.os }: ExaminationOptions): Probe {
  return {
    layer: "system",
    probe: () => os === "linux" ? Promise.resolve("Linux") : Promise.reject(new Error(os)),
    remedy: "Run ddsrv on Linux",
  };
}

async function fullProbes(options: ExaminationOptions): Promise<Probe[]> {
  const { path = Deno.env.get("PATH") ?? "", uid = Deno.uid() } = options;
  const remedies = remediesFor({ isContainer: options.isContainer ?? await isContainer() });
  const ipv6 = examineIpv6(options.run);
  return [
    systemProbe(options),
    {
      layer: "user",
      probe: () =>
        uid === 0 ? Promise.resolve("root") : Promise.reject(new Error(`user ${uid}, not root`)),
      remedy: "Run ddsrv serve with sudo, or choose --isolation=rootless",
    },
    { layer: "programs", probe: () => probePrograms(path, programs), remedy: "" },
    ...await kernelProbes(options),
    landlockProbe(options),
    {
      layer: "resources",
      probe: () => probeGroups(remedies.groups),
      remedy: "",
    },
    { layer: "disk", probe: () => probeImages(options.run), remedy: "" },
    { layer: "bandwidth", probe: () => tryBandwidth(options), remedy: "" },
    { layer: "ipv6", probe: async () => ipv6Finding(await ipv6), remedy: "" },
    { layer: "names", probe: async () => probeResolvers(await ipv6 === undefined), remedy: "" },
    { layer: "changes", probe: () => probeWatches(), remedy: "" },
    capacityProbe({ ...options, level: "full" }),
  ];
}

function rootlessProbes(options: ExaminationOptions): Probe[] {
  const { run = execute, path = Deno.env.get("PATH") ?? "", uid = Deno.uid() } = options;
  return [
    systemProbe(options),
    {
      layer: "user",
      probe: () => uid === 0 ? Promise.reject(new Error("root")) : Promise.resolve(`user ${uid}`),
      remedy: "Remove --isolation=rootless, or run ddsrv as an ordinary user",
    },
    { layer: "programs", probe: () => probePrograms(path, rootlessPrograms), remedy: "" },
    mountsProbe(run),
    userNamespaceProbe(run),
    landlockProbe(options),
    seccompProbe(run),
    {
      layer: "resources",
      probe: () => Promise.resolve(UNBOUNDED_RESOURCES),
      remedy: "",
    },
    { layer: "disk", probe: () => Promise.resolve(COUNTED), remedy: "" },
    { layer: "changes", probe: () => probeWatches(), remedy: "" },
    capacityProbe({ ...options, level: "rootless" }),
  ];
}

/** Functions run without it too. */
function landlockProbe({ run = execute }: ExaminationOptions): Probe {
  return {
    layer: "landlock",
    probe: () =>
      tryLandlock(run).then(() => "a second layer that protects files", (error: Error) => ({
        status: "limited" as const,
        detail: error.message,
        remedy: LANDLOCK_REMEDY,
      })),
    remedy: LANDLOCK_REMEDY,
  };
}

const UNBOUNDED_RESOURCES: Omit<Finding, "layer"> = {
  status: "limited",
  detail: "without root, no limit for CPU, processes and memory, except V8's heap",
  remedy: "Run ddsrv as root to limit them",
};

const COUNTED: Omit<Finding, "layer"> = {
  status: "limited",
  detail: "ddsrv counts data every few seconds and stops a function that exceeds its limit",
  remedy: "Run ddsrv as root, so that the kernel limits it",
};

async function probeImages(run: Run | undefined): Promise<string | Omit<Finding, "layer">> {
  const problem = await findImageProblem(run);
  if (problem === undefined) return "a file system (ext4) for the data of each function";
  return { ...COUNTED, detail: `${COUNTED.detail} (${problem})`, remedy: IMAGE_REMEDY };
}

async function probePrograms(
  path: string,
  wanted: readonly Program[],
): Promise<string | Omit<Finding, "layer">> {
  const missing = await findMissingPrograms(path, wanted);
  if (missing.length === 0) return wanted.map(({ name }) => name).join(", ");
  const packages = [...new Set(missing.map((program) => program.package))].join(" ");
  return {
    status: "missing",
    detail: `not on the PATH: ${missing.map(({ name }) => name).join(", ")}`,
    remedy: `apt-get install ${packages}`,
  };
}

async function probeGroups(remedy: string): Promise<string | Omit<Finding, "layer">> {
  try {
    const hierarchy = await readHierarchy();
    const missing = missingControllers(hierarchy);
    if (missing.length > 0) {
      return {
        status: "limited",
        detail: `no cgroup controller for ${missing.join(", ")}`,
        remedy,
      };
    }
    if (!await boundsSockets(hierarchy)) {
      return { status: "limited", detail: UNBOUNDED_SOCKETS, remedy: UNBOUNDED_SOCKETS_REMEDY };
    }
    await using groups = await openControlGroups(`doctor-${Deno.pid}`, hierarchy);
    await using _ = await groups.open("probe", { memoryBytes: 2 ** 26, processes: 64, cpu: 1 });
    const found = `cgroup v${hierarchy.version}: ${CONTROLLERS.join(", ")}`;
    return hierarchy.bases.io === undefined
      ? `${found} (no io: all functions share the disk equally)`
      : `${found}, io`;
  } catch (error) {
    return { status: "limited", detail: (error as Error).message, remedy };
  }
}

/** Only functions with a `bandwidth` setting need it. */
async function tryBandwidth(
  { run = execute }: ExaminationOptions,
): Promise<string | Omit<Finding, "layer">> {
  try {
    return await probeBandwidth(run);
  } catch (error) {
    return { status: "limited", detail: (error as Error).message, remedy: BANDWIDTH_REMEDY };
  }
}

/** Functions run without it; a host without IPv6 lacks nothing. */
function ipv6Finding(problem: Ipv6Problem | undefined): string | Omit<Finding, "layer"> {
  if (problem === undefined) return "functions can use it, with the same egress as IPv4";
  const { reason, remedy, isSurprising } = problem;
  const detail = `functions have IPv4 only: ${reason}`;
  return isSurprising
    ? { status: "limited", detail, remedy }
    : { status: "ok", detail, remedy: "" };
}

async function examineIpv6(run: Run = execute): Promise<Ipv6Problem | undefined> {
  try {
    return findIpv6Problem(await readIpv6Facts(run), { mode: "auto" });
  } catch (error) {
    const remedy = "Mend the layers above, which ddsrv needs for it too";
    return { reason: (error as Error).message, remedy, isSurprising: true };
  }
}

async function probeResolvers(hasIpv6: boolean): Promise<string | Omit<Finding, "layer">> {
  const resolvers = await readResolvers({ hasIpv6 });
  if (resolvers.length > 0) return `resolvers ${resolvers.join(", ")}`;
  return {
    status: "limited",
    detail: "resolv.conf has no resolver that functions can reach",
    remedy: "Name one with --dns ADDRESS, or functions can't resolve names",
  };
}
