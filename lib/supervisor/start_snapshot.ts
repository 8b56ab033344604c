import { ConfigError } from "../config/json_file.ts";
import { readFunctionPolicy, type ReadPolicy } from "../function/manifest.ts";
import { takeOwnRevision } from "../function/revision.ts";
import { findModuleOptions } from "./instance_check.ts";
import type { InstanceOptions, Opened } from "./open_instance.ts";
import type { Snapshot } from "./snapshots.ts";
import { startInstance } from "./start_instance.ts";
import { valuesOf } from "./variable_store.ts";

/**
 * Starts the last revision of a function that served, from where it is kept, while its folder holds
 * one that fails. A folder that has served itself is no such case: what it fails for may pass.
 */
export async function startSnapshot(options: InstanceOptions): Promise<Opened> {
  const { context, name, isNeeded } = options;
  const snapshot = await findSnapshot(options);
  const read = snapshot && await readPolicy(options, snapshot);
  if (snapshot === undefined || read === undefined) return { type: "no-snapshot" };
  const { policy } = read;
  if (policy.idleMs < Infinity && !isNeeded()) return { type: "registered" };
  const { path: source, revision } = snapshot;
  const moduleOptions = await findModuleOptions(context, name, source);
  return await context.starts.run(
    () => startInstance({ ...options, policy, revision, moduleOptions, source }),
    options,
  );
}

async function findSnapshot(
  { context, name, knownModules }: InstanceOptions,
): Promise<Snapshot | undefined> {
  const { settings, isolation, snapshots } = context;
  const kept = snapshots.list(name);
  if (!isolation.canRelocate || kept.length === 0) return undefined;
  const own = await takeOwnRevision(settings.functionsDirectory, name, knownModules);
  return kept.some((one) => one.own === own) ? undefined : kept[0];
}

/** What it was allowed when it served, it may not be any more; its variables are those of today. */
async function readPolicy(
  { context, name }: InstanceOptions,
  { path }: Snapshot,
): Promise<ReadPolicy | undefined> {
  const variables = valuesOf(await context.variables.read(name));
  try {
    return await readFunctionPolicy(path, context.settings, { variables });
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
