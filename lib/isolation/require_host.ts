import type { IsolationLevel } from "../config/isolation_level.ts";
import { findMissingPrograms, programs, rootlessPrograms } from "../system/programs.ts";
import { run as execute } from "../system/run.ts";
import { SECCOMP_PROBE, SECCOMP_REMEDY } from "./seccomp_probe.ts";
import { type KernelProbe, type KernelProbeOptions, kernelProbes } from "./kernel_probes.ts";
import { mountsProbe } from "./mounts_probe.ts";
import { USER_NAMESPACE_PROBE, USER_NAMESPACE_REMEDY } from "./user_namespaces.ts";

/** What {@linkcode requireHost} looks at. */
export interface HostOptions extends KernelProbeOptions {
  readonly path?: string;
  readonly uid?: number | null;
  readonly os?: string;
}

/**
 * Makes sure that a level of isolation can be had before anything is begun: nothing is served with
 * less than was asked for.
 *
 * @throws {Error} that says what is missing, and how to get it
 */
export async function requireHost(level: IsolationLevel, options: HostOptions = {}): Promise<void> {
  const { uid = Deno.uid(), os = Deno.build.os, path = Deno.env.get("PATH") ?? "" } = options;
  const { run = execute } = options;
  if (level === "none") return;
  if (os !== "linux") {
    throw new Error(
      "ddsrv isolates functions with Linux namespaces. Run it on Linux, or choose " +
        "--isolation=none for development",
    );
  }
  if (level === "full" && uid !== 0) {
    throw new Error(
      "ddsrv serve makes network namespaces and needs root. Run it with sudo, or choose " +
        "--isolation=rootless",
    );
  }
  if (level === "rootless" && uid === 0) {
    throw new Error(
      "Rootless isolation is for an ordinary user, and this is root. Leave --isolation out, or " +
        "run ddsrv as somebody else",
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
  await requireAll([mountsProbe(run)]);
  try {
    await run(USER_NAMESPACE_PROBE);
  } catch (cause) {
    throw new Error(
      `This user can't make user namespaces: ${(cause as Error).message}. ${USER_NAMESPACE_REMEDY}`,
      { cause },
    );
  }
  try {
    await run(SECCOMP_PROBE);
  } catch (cause) {
    throw new Error(
      `System calls can't be filtered: ${(cause as Error).message}. ${SECCOMP_REMEDY}`,
      { cause },
    );
  }
}

/** Functions would fail one by one of what is missing here, and nobody would see why. */
async function requireAll(probes: readonly KernelProbe[]): Promise<void> {
  const looks = await Promise.allSettled(probes.map(({ look }) => look()));
  for (const [index, look] of looks.entries()) {
    if (look.status === "fulfilled") continue;
    const { layer, remedy } = probes[index]!;
    const cause = look.reason as Error;
    throw new Error(`Isolation lacks its ${layer}: ${cause.message}. ${remedy}`, { cause });
  }
}
