import { join } from "node:path";
import { ENTRY_FILE } from "../function/layout.ts";
import {
  certificateEnvironment,
  type ProcessPaths,
  SANDBOX_DENO,
  SANDBOX_PATHS,
} from "./function_mounts.ts";
import { type ListenAddress, serveAddress } from "./listen_address.ts";
import { permissionFlags, type PermissionFlagsOptions } from "./permission_flags.ts";

/** Hosts that Deno lets code be imported from by default (`deno check --help`). */
export const DEFAULT_IMPORT_HOSTS: readonly string[] = [
  "deno.land:443",
  "jsr.io:443",
  "esm.sh:443",
  "raw.esm.sh:443",
  "cdn.jsdelivr.net:443",
  "raw.githubusercontent.com:443",
  "gist.githubusercontent.com:443",
];

/** How a function's modules are found. */
export interface ModuleOptions {
  /** Absolute path of an import map. */
  readonly importMap: string | undefined;
  /** Hosts beside Deno's default list, as `host` or `host:port`. */
  readonly allowImport: readonly string[];
  /** Value of Deno's `--node-modules-dir`. */
  readonly nodeModules: NodeModules;
}

/**
 * The module cache alone, or the `node_modules` directory that a folder brings. Deno's other modes
 * install packages into the folder, which runs the packages' own scripts; which one is taken is
 * never the folder's configuration's to say.
 */
export type NodeModules = "none" | "manual";

/** What is checked. */
export interface CheckCommandOptions extends ModuleOptions {
  /** A file of the working directory; a function's entry when left out. */
  readonly entry?: string | undefined;
}

/** `deno check` of a function's entry. */
export function checkCommand(options: CheckCommandOptions, deno = SANDBOX_DENO): string[] {
  const { entry = ENTRY_FILE } = options;
  return [deno, "check", "--quiet", ...moduleArguments(options), entry];
}

/** `deno info` of a function's entry: its module graph as JSON. */
export function infoCommand(options: CheckCommandOptions, deno = SANDBOX_DENO): string[] {
  const { entry = ENTRY_FILE } = options;
  return [deno, "info", "--quiet", "--json", ...moduleArguments(options), entry];
}

/** How a function is run. */
export interface RunCommandOptions extends ModuleOptions, PermissionFlagsOptions {
  /** Most of V8's heap in bytes, where nothing else bounds memory. */
  readonly heapBytes?: number | undefined;
}

/**
 * `deno run` of a function's entry. The code cache is off: it would be empty at each start and
 * costs the making of a database.
 */
export function runCommand(options: RunCommandOptions): string[] {
  const { paths, heapBytes } = options;
  return [
    paths.deno,
    "run",
    "--quiet",
    "--no-prompt",
    "--no-code-cache",
    ...permissionFlags(options),
    // Deno.openKv(), which keeps its database beside the module cache.
    "--unstable-kv",
    ...(heapBytes === undefined
      ? []
      : [`--v8-flags=--max-old-space-size=${Math.floor(heapBytes / 1024 ** 2)}`]),
    `--preload=${paths.preload}`,
    ...moduleArguments(options),
    ENTRY_FILE,
  ];
}

/**
 * A user's own module cache, as Deno finds it (`deno info`).
 *
 * @example
 * ```ts
 * import { denoDirectory } from "./deno_command.ts";
 * denoDirectory({ HOME: "/home/ann" }); // "/home/ann/.cache/deno"
 * ```
 */
export function denoDirectory(environment: Readonly<Record<string, string>>): string {
  const { DENO_DIR, XDG_CACHE_HOME, HOME = "/" } = environment;
  return DENO_DIR || join(XDG_CACHE_HOME || join(HOME, ".cache"), "deno");
}

/** Variables that every Deno of ours has; nothing else of the supervisor's environment. */
export function baseEnvironment(
  { cache, temporary }: Pick<ProcessPaths, "cache" | "temporary"> = SANDBOX_PATHS,
): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: temporary,
    LANG: "C.UTF-8",
    DENO_DIR: cache,
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    ...certificateEnvironment(),
  };
}

/**
 * Deno's log (`DENO_LOG`) as `--quiet` has it, but for the module of Deno that would warn of each
 * `export default { fetch }`, "did you mean to run deno serve?": `preload.js` serves those. At this
 * level that module says nothing else (`runtime/js/99_main.js` in Deno's source). What a function
 * writes itself never passes through this log. `DENO_AUTO_SERVE` silences the warning too, and then
 * a module that both listens and exports a server ends, because its port is in use.
 */
const DENO_LOG = "error,ext:runtime_main=off";

/**
 * The environment that a function's process is started with; its own variables come later, see
 * `writeStartFile`, but for those of telemetry, see `telemetryEnvironment`. `DENO_SERVE_ADDRESS`
 * moves its first HTTP listener to where it is looked for.
 */
export function functionEnvironment(
  { listen, port, paths, telemetry = {} }: {
    readonly listen: ListenAddress;
    readonly port: number;
    readonly paths: ProcessPaths;
    readonly telemetry?: Readonly<Record<string, string>>;
  },
): Record<string, string> {
  return {
    ...telemetry,
    ...baseEnvironment(paths),
    ...(paths.temporary === SANDBOX_PATHS.temporary ? {} : { TMPDIR: paths.temporary }),
    PORT: String(port),
    DDSRV_DATA: paths.data,
    DENO_SERVE_ADDRESS: serveAddress(listen),
    DENO_LOG,
  };
}

function moduleArguments({ importMap, allowImport, nodeModules }: ModuleOptions): string[] {
  return [
    `--node-modules-dir=${nodeModules}`,
    "--vendor=false",
    // A lock file beside read-only source could not be brought up to date.
    "--no-lock",
    `--allow-import=${[...DEFAULT_IMPORT_HOSTS, ...allowImport].join(",")}`,
    ...(importMap === undefined ? [] : [`--import-map=${importMap}`]),
  ];
}
