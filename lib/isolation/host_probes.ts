import type { IsolationLevel } from "../config/isolation_level.ts";
import { findImageProblem, IMAGE_REMEDY } from "../disk/bounder.ts";
import { readResolvers } from "../namespace/resolvers.ts";
import { CONTROLLERS, missingControllers } from "../sandbox/cgroup_hierarchy.ts";
import { boundsSockets, openControlGroups, readHierarchy } from "../sandbox/control_groups.ts";
import {
  findMissingPrograms,
  type Program,
  programs,
  rootlessPrograms,
} from "../system/programs.ts";
import { BANDWIDTH_REMEDY, probeBandwidth } from "./bandwidth.ts";
import { USER_NAMESPACE_PROBE, USER_NAMESPACE_REMEDY } from "./user_namespaces.ts";
import { type Run, run as execute } from "../system/run.ts";
import { type KernelProbeOptions, kernelProbes } from "./kernel_probes.ts";
import { UNBOUNDED_SOCKETS, UNBOUNDED_SOCKETS_REMEDY } from "./groups.ts";
import { LANDLOCK_REMEDY, tryLandlock } from "./landlock.ts";
import { mountsProbe } from "./mounts_probe.ts";
import { isContainer, remediesFor } from "./remedies.ts";
import { SECCOMP_FOUND, SECCOMP_PROBE, SECCOMP_REMEDY } from "./seccomp_probe.ts";
import { lookForWatches } from "./watch_probe.ts";

/** What was found of one layer of isolation. */
export interface Finding {
  readonly layer: string;
  /** `missing`: nothing can be served. `limited`: served, and something is not bounded. */
  readonly status: "ok" | "limited" | "missing";
  /** What is so. */
  readonly detail: string;
  /** What to do; empty when nothing is to be done. */
  readonly remedy: string;
}

/** What {@linkcode examineHost} looks with. */
export interface ExaminationOptions extends KernelProbeOptions {
  /** The level that is wanted; `full` by default. */
  readonly level?: IsolationLevel;
  readonly path?: string;
  readonly uid?: number | null;
  readonly os?: string;
}

/** One look at the host; what it throws is why the layer is missing. */
interface Probe {
  readonly layer: string;
  readonly look: () => Promise<string | Omit<Finding, "layer">>;
  readonly remedy: string;
}

/**
 * What this host offers and lacks for isolation, layer by layer, from outside in. Each layer is
 * tried and not only looked for; nothing is left of it.
 */
export async function examineHost(options: ExaminationOptions = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { layer, look, remedy } of await probes(options)) {
    try {
      const found = await look();
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

async function probes(options: ExaminationOptions): Promise<Probe[]> {
  const { level = "full" } = options;
  switch (level) {
    case "full":
      return await fullProbes(options);
    case "rootless":
      return rootlessProbes(options);
    case "none":
      return [{ layer: "files", look: () => Promise.resolve(UNBOUNDED), remedy: "" }];
    default:
      return level satisfies never;
  }
}

const UNBOUNDED: Omit<Finding, "layer"> = {
  status: "limited",
  detail: "Deno's permissions alone, on any system",
  remedy: "For development. Choose --isolation=full or rootless to keep functions apart",
};

function systemProbe({ os = Deno.build.os }: ExaminationOptions): Probe {
  return {
    layer: "system",
    look: () => os === "linux" ? Promise.resolve("Linux") : Promise.reject(new Error(os)),
    remedy: "Run ddsrv on Linux",
  };
}

async function fullProbes(options: ExaminationOptions): Promise<Probe[]> {
  const { path = Deno.env.get("PATH") ?? "", uid = Deno.uid() } = options;
  const remedies = remediesFor({ isContainer: options.isContainer ?? await isContainer() });
  return [
    systemProbe(options),
    {
      layer: "user",
      look: () =>
        uid === 0 ? Promise.resolve("root") : Promise.reject(new Error(`user ${uid}, not root`)),
      remedy: "Run ddsrv serve with sudo, or choose --isolation=rootless",
    },
    { layer: "programs", look: () => lookForPrograms(path, programs), remedy: "" },
    ...await kernelProbes(options),
    landlockProbe(options),
    {
      layer: "resources",
      look: () => lookForGroups(remedies.groups),
      remedy: "",
    },
    { layer: "disk", look: () => lookForImages(options.run), remedy: "" },
    { layer: "bandwidth", look: () => lookForBandwidth(options), remedy: "" },
    { layer: "names", look: lookForResolvers, remedy: "" },
    { layer: "changes", look: () => lookForWatches(), remedy: "" },
  ];
}

function rootlessProbes(options: ExaminationOptions): Probe[] {
  const { run = execute, path = Deno.env.get("PATH") ?? "", uid = Deno.uid() } = options;
  return [
    systemProbe(options),
    {
      layer: "user",
      look: () => uid === 0 ? Promise.reject(new Error("root")) : Promise.resolve(`user ${uid}`),
      remedy: "As root, leave --isolation out; or run ddsrv as an ordinary user",
    },
    { layer: "programs", look: () => lookForPrograms(path, rootlessPrograms), remedy: "" },
    mountsProbe(run),
    {
      layer: "sandbox",
      look: async () => {
        await run(USER_NAMESPACE_PROBE);
        return "users, network, processes and files by bubblewrap";
      },
      remedy: USER_NAMESPACE_REMEDY,
    },
    landlockProbe(options),
    {
      layer: "filter",
      look: async () => {
        await run(SECCOMP_PROBE);
        return SECCOMP_FOUND;
      },
      remedy: SECCOMP_REMEDY,
    },
    {
      layer: "resources",
      look: () => Promise.resolve(UNBOUNDED_RESOURCES),
      remedy: "",
    },
    { layer: "disk", look: () => Promise.resolve(COUNTED), remedy: "" },
    { layer: "changes", look: () => lookForWatches(), remedy: "" },
  ];
}

/** A second wall: without it, functions are served all the same. */
function landlockProbe({ run = execute }: ExaminationOptions): Probe {
  return {
    layer: "landlock",
    look: () =>
      tryLandlock(run).then(() => "a second wall for files", (error: Error) => ({
        status: "limited" as const,
        detail: error.message,
        remedy: LANDLOCK_REMEDY,
      })),
    remedy: LANDLOCK_REMEDY,
  };
}

const UNBOUNDED_RESOURCES: Omit<Finding, "layer"> = {
  status: "limited",
  detail: "memory but for V8's heap, processes and CPU are not bounded without root",
  remedy: "Run ddsrv as root to bound them",
};

const COUNTED: Omit<Finding, "layer"> = {
  status: "limited",
  detail: "data of functions is counted every few seconds; what is too large ends its function",
  remedy: "Run ddsrv as root to have the kernel bound it",
};

async function lookForImages(run: Run | undefined): Promise<string | Omit<Finding, "layer">> {
  const problem = await findImageProblem(run);
  if (problem === undefined) return "data of each function in a file system of its own (ext4)";
  return { ...COUNTED, detail: `${COUNTED.detail} (${problem})`, remedy: IMAGE_REMEDY };
}

async function lookForPrograms(
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

async function lookForGroups(remedy: string): Promise<string | Omit<Finding, "layer">> {
  try {
    const hierarchy = await readHierarchy();
    const missing = missingControllers(hierarchy);
    if (missing.length > 0) {
      return { status: "limited", detail: `no control group for ${missing.join(", ")}`, remedy };
    }
    if (!await boundsSockets(hierarchy)) {
      return { status: "limited", detail: UNBOUNDED_SOCKETS, remedy: UNBOUNDED_SOCKETS_REMEDY };
    }
    await using groups = await openControlGroups(`doctor-${Deno.pid}`, hierarchy);
    await using _ = await groups.open("probe", { memoryBytes: 2 ** 26, processes: 64, cpu: 1 });
    const found = `control groups, version ${hierarchy.version}: ${CONTROLLERS.join(", ")}`;
    return hierarchy.bases.io === undefined
      ? `${found} (no io: disk shares are equal)`
      : `${found}, io`;
  } catch (error) {
    return { status: "limited", detail: (error as Error).message, remedy };
  }
}

/** Functions are served without it, unless a setting asks for it. */
async function lookForBandwidth(
  { run = execute }: ExaminationOptions,
): Promise<string | Omit<Finding, "layer">> {
  try {
    return await probeBandwidth(run);
  } catch (error) {
    return { status: "limited", detail: (error as Error).message, remedy: BANDWIDTH_REMEDY };
  }
}

async function lookForResolvers(): Promise<string | Omit<Finding, "layer">> {
  const resolvers = await readResolvers();
  if (resolvers.length > 0) return `resolvers ${resolvers.join(", ")}`;
  return {
    status: "limited",
    detail: "resolv.conf names no resolver that functions could reach",
    remedy: "Name one with --dns ADDRESS, or functions can't look up names",
  };
}
