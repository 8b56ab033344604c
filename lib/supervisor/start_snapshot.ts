import { ConfigError } from "../config/json_file.ts";
import { settingsFor } from "../config/settings_for.ts";
import { readFunctionPolicy, type ReadPolicy } from "../function/manifest.ts";
import { takeOwnRevision } from "../function/revision.ts";
import type { DenoBinary } from "../sandbox/deno_binary.ts";
import { findModuleOptions } from "./instance_check.ts";
import type { InstanceOptions, LaunchOutcome } from "./open_instance.ts";
import type { Snapshot } from "./snapshots.ts";
import { startInstance } from "./start_instance.ts";
import { valuesOf } from "./variable_store.ts";

/**
 * Starts the snapshot of the last revision that served, while the folder holds one that fails. If
 * the folder's own revision has served before, starts nothing: the failure may be transient.
 */
export async function startSnapshot(options: InstanceOptions): Promise<LaunchOutcome> {
  const { context, name, isNeeded } = options;
  const snapshot = await findSnapshot(options);
  const read = snapshot && await readPolicy(options, snapshot);
  if (snapshot === undefined || read === undefined) return { type: "no-snapshot" };
  const { policy, envFiles, deno } = read;
  const { path: source, revision } = snapshot;
  const isAsked = isNeeded() || context.keptStays.find(name, revision) === true;
  if (policy.idleMs < Infinity && !isAsked) return { type: "registered" };
  const moduleOptions = await findModuleOptions(context, name, { source, deno });
  const lock = await context.keptLocks.find(name, revision);
  const packages = await context.keptPackages.find(name, revision);
  return await context.starts.run(
    () =>
      startInstance({
        ...options,
        policy,
        revision,
        moduleOptions,
        lock,
        packages,
        envFiles,
        source,
      }),
    options,
  );
}

async function findSnapshot(
  { context, name, knownModules }: InstanceOptions,
): Promise<Snapshot | undefined> {
  const { settings, isolation, snapshots } = context;
  const candidates = snapshots.list(name);
  if (!isolation.canRelocate || candidates.length === 0) return undefined;
  const ownRevision = await takeOwnRevision(settings, name, knownModules);
  return candidates.some((snapshot) => snapshot.ownRevision === ownRevision)
    ? undefined
    : candidates[0];
}

/** Reads the policy with the present settings and variables, not those of the snapshot's time. */
async function readPolicy(
  { context, name }: InstanceOptions,
  { path }: Snapshot,
): Promise<ReadPolicy & { readonly deno: DenoBinary } | undefined> {
  const variables = valuesOf(await context.variables.read(name));
  try {
    const read = await readFunctionPolicy(path, settingsFor(context.settings, name), {
      variables,
    });
    return { ...read, deno: await context.denoOf(read.policy.denoVersion) };
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
