import { join } from "node:path";
import type { Egress } from "../config/egress.ts";
import type { Permissions } from "../config/permissions.ts";
import { readDiskUsage } from "../disk/disk_usage.ts";
import { openActivityFiles } from "../sandbox/activity.ts";
import type { CodeCache } from "../sandbox/code_cache.ts";
import { type FunctionProcess, spawnFunction, type SpawnOptions } from "../process/spawn.ts";
import { functionEnvironment, type LockFile, runCommand } from "../sandbox/deno_command.ts";
import type { InspectorRelay } from "../sandbox/inspector_relay.ts";
import { type ProcessPaths, SANDBOX_DATA } from "../sandbox/sandbox_paths.ts";
import type { ListenAddress } from "../sandbox/listen_address.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import { siteOf, sitePermissions } from "../sandbox/site.ts";
import { writeStartFile } from "../sandbox/start_file.ts";
import { kvEnvironment } from "../sandbox/kv_environment.ts";
import { telemetryEnvironment } from "../sandbox/telemetry_environment.ts";
import { unboundedBandwidth } from "./bandwidth.ts";
import { diskLimitsOf } from "./disk_watch.ts";
import type { Home, Homes } from "./homes.ts";
import type { StartedProcess, StartOptions } from "./isolation.ts";

/** Decisions of an isolation level about one launch. */
export interface LaunchOptions
  extends Pick<StartedProcess, "findEndpoint" | "followEndpoint" | "explain" | "findInspector"> {
  readonly name: string;
  readonly homes: Homes;
  readonly start: StartOptions;
  /** Permissions of the code; those of the policy when left out. */
  readonly permissions?: Permissions;
  /** Egress of the network namespace; `undefined` where the function uses the host's network. */
  readonly egress: Egress | undefined;
  /** Address to which Deno moves the first HTTP listener; nowhere when left out. */
  readonly listen?: ListenAddress | undefined;
  /** Value of the variable `PORT`. */
  readonly port: number;
  /** Port of the inspector, and the socket that leads there if it has one; no inspector by default. */
  readonly inspector?: (Pick<InspectorRelay, "port"> & Partial<InspectorRelay>) | undefined;
  /** Path of the start file on the host. */
  readonly startFile: string;
  /** Path on the host of the directory of the activity files. */
  readonly activityDirectory: string;
  /** Layers outside the process limit its memory and bandwidth; otherwise V8 limits its heap. */
  readonly isLimited: boolean;
  /** Opens the layers around the process, after the start file has been written. */
  readonly openLayers: (home: Home, options: LaunchOptions) => Promise<Layers>;
}

/** Layers around a function's process. */
export interface Layers {
  readonly paths: ProcessPaths;
  /** Lock file that the check made, if there is one. */
  readonly lock: LockFile | undefined;
  /** Code cache that the layers show; none when left out. */
  readonly code?: CodeCache | undefined;
  /** Paths that Deno may read, where no sandbox hides the others. */
  readonly readable?: readonly string[];
  /** Paths that Deno may write besides the function's data. */
  readonly writable?: readonly string[];
  /** Returns the command that starts `command` inside the isolation layers. */
  readonly wrap: (command: readonly string[]) => Omit<SpawnOptions, "env" | "onLine">;
  /** Watches the process, and kills it when its data exceeds a limit. */
  readonly around?: (process: FunctionProcess) => FunctionProcess;
  /** Closes files that only the start needs. */
  readonly release?: () => PromiseLike<void>;
}

/**
 * Starts a function's process: opens its home, writes its start file, opens the layers of the
 * isolation level and spawns Deno inside them. `owned` removes the start file and the
 * activity files when it is disposed.
 *
 * @throws {Error} when one of the steps fails; no process has been started then
 */
export async function launchFunction(
  owned: AsyncDisposableStack,
  options: LaunchOptions,
): Promise<StartedProcess> {
  const { name, start, egress, listen, port, isLimited, inspector } = options;
  const { policy, moduleOptions, onLine } = start;
  const { env, memoryBytes } = policy;
  const site = siteOf({
    directory: start.directory,
    entry: moduleOptions.entry,
    isSpa: policy.spa,
    envFiles: start.envFiles,
  });
  const permissions = site === undefined
    ? options.permissions ?? policy.permissions
    : sitePermissions(site, { isSandboxed: options.egress !== undefined });
  const home = await options.homes.open(name, diskLimitsOf(policy));
  const variables = visibleVariables(env, permissions.env);
  const reach = { env, net: permissions.net, egress };
  const telemetry = telemetryEnvironment({ name, ...reach });
  const kv = kvEnvironment(reach);
  const content = {
    hostname: listen?.type === "tcp" ? listen.hostname : "0.0.0.0",
    port,
    isUnix: listen?.type === "unix",
    isAlone: listen !== undefined,
    isParked: start.parking !== undefined,
    // A parked sandbox begins to load when its function is already awaited.
    usesNode: start.parking === "runtime" && start.hasDependencies === true,
    ...start.debug && { isDebugged: true, breaks: start.debug.breaks },
    variables,
  };
  owned.use(await writeStartFile(options.startFile, content, home.uid));
  const activity = owned.use(await openActivityFiles(options.activityDirectory));
  const layers = await options.openLayers(home, options);
  const { paths, lock, code, readable, writable = [], around = (process) => process } = layers;
  const { oneOff } = start;
  const launch = layers.wrap(
    runCommand({
      ...moduleOptions,
      ...start.packages === undefined ? {} : { nodeModules: "manual" as const },
      ...readable === undefined ? {} : { readable },
      hasCodeCache: code !== undefined,
      site,
      writable,
      permissions,
      listen,
      paths,
      lock,
      heapBytes: isLimited ? undefined : memoryBytes,
      oneOff: oneOff?.program,
      inspectorPort: inspector?.port,
    }),
  );
  const terminal = oneOff?.terminal;
  const process = around(spawnFunction({
    ...launch,
    isBelow: terminal !== undefined,
    env: {
      ...functionEnvironment({ listen, port, paths, early: { ...telemetry.env, ...kv.env } }),
      ...terminal === undefined ? {} : { TERM: terminal.term },
    },
    onLine,
    onBytes: oneOff?.onBytes,
  }));
  return {
    process,
    isRecording: code?.type === "record",
    activity,
    problems: [
      ...home.problems,
      ...telemetry.problems,
      ...kv.problems,
      ...isLimited ? [] : unboundedBandwidth(policy),
    ],
    ...home.isFileSystem ? { readDataUsage } : {},
    ...layers.release === undefined ? {} : { onPrepared: layers.release },
    async findEndpoint(pid, signal) {
      // The process exists, so the sandbox has mounted everything.
      await layers.release?.();
      return await options.findEndpoint(pid, signal);
    },
    ...options.followEndpoint === undefined ? {} : { followEndpoint: options.followEndpoint },
    ...options.findInspector === undefined ? {} : { findInspector: options.findInspector },
    explain: options.explain,
  };
}

/** Reads the usage inside the sandbox, because the host does not mount the data. */
function readDataUsage(pid: number): ReturnType<typeof readDiskUsage> {
  return readDiskUsage(join("/proc", String(pid), "root", SANDBOX_DATA));
}
