import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { withEgress } from "../config/egress_permissions.ts";
import { COMMON_FILES, SHARED_DIRECTORY } from "../function/layout.ts";
import { functionEnvironment, runCommand } from "../sandbox/deno_command.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import type { ProcessPaths } from "../sandbox/sandbox_paths.ts";
import { siteOf, sitePermissions } from "../sandbox/site.ts";
import type { StartFileContent } from "../sandbox/start_file.ts";
import { type HostSystem, hostVariables } from "../system/host_places.ts";
import type { PreparedFunction } from "./prepare_function.ts";

/** Process of a function that is to be started. */
export interface RunPlan {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly startFile: StartFileContent;
}

/** Options of {@linkcode planRun}. */
export interface RunPlanOptions {
  readonly port: number;
  readonly paths: ProcessPaths;
  readonly functionsDirectory: string;
  /** Address of the debugger, `host:port`; none when left out. */
  readonly inspect?: string | undefined;
  readonly isColoured: boolean;
  /** Waits for a byte on its standard input before it loads the function. */
  readonly isParked: boolean;
  /** Process id of ddsrv. */
  readonly parent: number;
  readonly os: HostSystem;
  readonly environment: Readonly<Record<string, string>>;
}

const HOSTNAME = "127.0.0.1";

/**
 * Returns the process of a function: the permissions, variables and addresses that it has at the
 * isolation level `none` of a server.
 *
 * @throws {Error} if a path contains a comma, which separates paths in Deno's flags
 */
export function planRun(prepared: PreparedFunction, options: RunPlanOptions): RunPlan {
  const { directory, policy, moduleOptions, envFiles } = prepared;
  const {
    port,
    paths,
    functionsDirectory,
    inspect,
    isColoured,
    isParked,
    parent,
    os,
    environment,
  } = options;
  const listen = { type: "tcp", hostname: HOSTNAME, port } as const;
  const { entry } = moduleOptions;
  const site = siteOf({ directory, entry, isSpa: policy.spa, envFiles });
  const permissions = site === undefined
    ? withEgress(policy.permissions, policy.egress)
    : sitePermissions(site, { isSandboxed: false });
  const shared = [...COMMON_FILES, SHARED_DIRECTORY].map((one) => join(functionsDirectory, one));
  const [deno = "", verb = "", ...args] = runCommand({
    ...moduleOptions,
    site,
    permissions,
    listen,
    paths,
    readable: [directory, ...shared, paths.cache, paths.data, paths.temporary],
    writable: policy.writable.map((name) => join(directory, name)),
    lock: undefined,
    heapBytes: policy.memoryBytes,
    hasCodeCache: true,
  });
  const { NO_COLOR: _, ...env } = functionEnvironment({ listen, port, paths });
  return {
    command: [deno, verb, ...inspect === undefined ? [] : [`--inspect=${inspect}`], ...args],
    env: {
      ...env,
      ...hostVariables(os, environment),
      ...os === "windows" ? { TEMP: paths.temporary, TMP: paths.temporary } : {},
      [isColoured ? "FORCE_COLOR" : "NO_COLOR"]: "1",
    },
    cwd: directory,
    startFile: {
      hostname: HOSTNAME,
      port,
      isUnix: false,
      isAlone: true,
      isParked,
      usesNode: false,
      // Windows never changes the parent of a process.
      ...os === "windows" ? {} : { parent },
      variables: visibleVariables(policy.env, permissions.env),
    },
  };
}

/**
 * Returns the name of the directory with a function's data: its name, and a part of the digest of its
 * path, because folders of different projects may have the same name.
 *
 * @example
 * ```ts
 * import { dataName } from "./run_plan.ts";
 * dataName("/home/ann/shop"); // "shop-6fec8fd0"
 * ```
 */
export function dataName(directory: string): string {
  const digest = createHash("sha256").update(directory).digest("hex");
  return `${basename(directory)}-${digest.slice(0, 8)}`;
}
