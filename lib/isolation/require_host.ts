import type { IsolationLevel } from "../config/isolation_level.ts";
import { findMissingPrograms, programs, rootlessPrograms } from "../system/programs.ts";
import { run as execute } from "../system/run.ts";
import { seccompProbe } from "./seccomp_probe.ts";
import { type KernelProbeOptions, kernelProbes } from "./kernel_probes.ts";
import type { Probe } from "./finding.ts";
import { mountsProbe } from "./mounts_probe.ts";
import { userNamespaceProbe } from "./user_namespaces.ts";

/** Options of {@linkcode requireHost}. */
export interface HostOptions extends KernelProbeOptions {
  readonly path?: string;
  readonly uid?: number | null;
  readonly os?: string;
}

/**
 * Requires that the host supports an isolation level, before anything starts. ddsrv never falls
 * back to a lower level.
 *
 * @throws {Error} when something is missing; the message says what to install or to change
 */
export async function requireHost(level: IsolationLevel, options: HostOptions = {}): Promise<void> {
  const { uid = Deno.uid(), os = Deno.build.os, path = Deno.env.get("PATH") ?? "" } = options;
  const { run = execute } = options;
  if (level === "none") return;
  if (os !== "linux") {
    throw new Error(
      "ddsrv serve needs Linux, whose namespaces isolate functions. Here, use ddsrv dev, and send " +
        "functions to a Linux server with ddsrv deploy",
    );
  }
  if (level === "full" && uid !== 0) {
    throw new Error(
      "ddsrv serve creates network namespaces, which needs root. Run it with sudo, or choose " +
        "--isolation=rootless",
    );
  }
  if (level === "rootless" && uid === 0) {
    throw new Error(
      "Rootless isolation needs an ordinary user, but ddsrv runs as root. Remove " +
        "--isolation=rootless, or run ddsrv as another user",
    );
  }
  const wanted = level === "full" ? programs : rootlessPrograms;
  const missing = await findMissingPrograms(path, wanted);
  if (missing.length > 0) {
    const names = missing.map((program) => `"${program.name}"`).join(", ");
    const packages = [...new Set(missing.map((program) => program.package))].join(" ");
    throw new Error(
      `Isolation needs ${names}, not found on the PATH. Install: apt-get install ${packages}`,
    );
  }
  if (level === "full") return await requireAll(await kernelProbes(options));
  await requireAll([mountsProbe(run), userNamespaceProbe(run), seccompProbe(run)]);
}

/** Runs all probes: otherwise each function would fail on its own, without a clear reason. */
async function requireAll(probes: readonly Probe<string>[]): Promise<void> {
  const results = await Promise.allSettled(probes.map(({ probe }) => probe()));
  for (const [index, result] of results.entries()) {
    if (result.status === "fulfilled") continue;
    const { layer, remedy } = probes[index]!;
    const cause = result.reason as Error;
    throw new Error(
      `The isolation layer "${layer}" is not available: ${cause.message}. ${remedy}`,
      { cause },
    );
  }
}
