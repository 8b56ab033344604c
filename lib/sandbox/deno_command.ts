import {
  certificateEnvironment,
  type ProcessPaths,
  SANDBOX_DENO,
  SANDBOX_PATHS,
} from "./sandbox_paths.ts";
import type { InstallPlan } from "../function/find_dependencies.ts";
import type { DenoBinary } from "./deno_binary.ts";
import { type ListenAddress, serveAddress } from "./listen_address.ts";
import { permissionFlags, type PermissionFlagsOptions } from "./permission_flags.ts";
import { registryEnvironment } from "./registry_environment.ts";
import { modulePlace } from "../system/host_places.ts";
import type { Site } from "./site.ts";

/** Hosts from which Deno imports by default (`deno check --help`). */
export const DEFAULT_IMPORT_HOSTS: readonly string[] = [
  "deno.land:443",
  "jsr.io:443",
  "esm.sh:443",
  "raw.esm.sh:443",
  "cdn.jsdelivr.net:443",
  "raw.githubusercontent.com:443",
  "gist.githubusercontent.com:443",
];

/** Options that decide where a function's modules come from. */
export interface ModuleOptions {
  /** Path of the function's entry, relative to its folder. */
  readonly entry: string;
  /** Absolute path of an import map. */
  readonly importMap: string | undefined;
  /** Hosts in addition to Deno's default list, as `host` or `host:port`. */
  readonly allowImport: readonly string[];
  /** Value of Deno's `--node-modules-dir`. */
  readonly nodeModules: NodeModules;
  /** Remote modules come from the `vendor` of the folder; `false` when left out. */
  readonly isVendored?: boolean | undefined;
  /** Packages that a check installs, where it can show a `node_modules` in the folder. */
  readonly install?: InstallPlan | undefined;
  /** Absolute path of the lock file in the function's folder, if it has one. */
  readonly ownLock?: string | undefined;
  /** The Deno that checks and runs the function; the one that runs ddsrv when left out. */
  readonly deno?: DenoBinary | undefined;
}

/** A lock file that `ddsrv` makes for a function whose folder has none. */
export interface LockFile {
  /** Path as the command sees it. */
  readonly path: string;
  /** The lock file must name everything that the code imports; Deno writes nothing to it. */
  readonly isFrozen: boolean;
}

/** Options of all commands that resolve a function's imports. */
export interface ResolveOptions extends ModuleOptions {
  /** Used if the folder has no lock file; without both, nothing pins versions. */
  readonly lock?: LockFile | undefined;
}

/**
 * Use only the module cache, or also the `node_modules` directory that the folder has or the sandbox
 * shows in it. Deno's other modes install packages into the folder and run their scripts. The
 * folder's configuration never decides this.
 */
export type NodeModules = "none" | "manual";

/** Returns the `deno check` command for a function's entry. */
export function checkCommand(options: ResolveOptions, deno = SANDBOX_DENO): string[] {
  return [deno, "check", "--quiet", ...moduleArguments(options), entryArgument(options)];
}

/** Returns the `deno info` command that prints the module graph of a function's entry as JSON. */
export function infoCommand(options: ResolveOptions, deno = SANDBOX_DENO): string[] {
  return [deno, "info", "--quiet", "--json", ...moduleArguments(options), entryArgument(options)];
}

/** Options of the commands that check several functions at once. */
export interface JointOptions {
  /** Absolute path of the module that imports their entries. */
  readonly root: string;
  /** Absolute path of an import map. */
  readonly importMap: string | undefined;
}

/** Returns the `deno check` command for several functions without remote modules and packages. */
export function jointCheckCommand(options: JointOptions, deno = SANDBOX_DENO): string[] {
  return [deno, "check", "--quiet", ...jointArguments(options), options.root];
}

/** Returns the `deno info` command that prints the module graph of several functions as JSON. */
export function jointInfoCommand(options: JointOptions, deno = SANDBOX_DENO): string[] {
  return [deno, "info", "--quiet", "--json", ...jointArguments(options), options.root];
}

function jointArguments({ importMap }: JointOptions): string[] {
  return [
    ...["--no-remote", "--no-npm", "--no-lock", "--node-modules-dir=none", "--vendor=false"],
    ...(importMap === undefined ? [] : [`--import-map=${importMap}`]),
  ];
}

/**
 * Returns the `deno install` command that adds the packages of `package.json` and `deno.json` to a
 * lock file, and installs nothing.
 */
export function lockCommand(options: ResolveOptions, deno = SANDBOX_DENO): string[] {
  return [...installArguments(options, deno), "--lockfile-only"];
}

/** Options of {@linkcode installCommands}. */
export interface InstallCommandOptions extends ResolveOptions {
  /** Paths of workers, relative to the folder. */
  readonly workers: readonly string[];
}

/**
 * Returns the `deno install` commands that fill the `node_modules` of a folder: with the packages of
 * `package.json` and `deno.json`, and with those that entry and workers import. Without an entry,
 * Deno installs only the former, and with an entry only the latter.
 */
export function installCommands(
  options: InstallCommandOptions,
  deno = SANDBOX_DENO,
): readonly string[][] {
  const command = installArguments(options, deno);
  const entries = [options.entry, ...options.workers];
  return [command, [...command, "--entrypoint", ...entries.map(pathArgument)]];
}

/**
 * Allows install scripts only of a package that does not exist: no version matches. Deno then
 * ignores `allowScripts` in the folder's configuration, which would run those of all packages and
 * those of the folder itself.
 */
const NO_SCRIPTS = "--allow-scripts=npm:none@<0.0.0-0";

function installArguments(options: ResolveOptions, deno: string): string[] {
  const { nodeModules: _, ...more } = options;
  return [
    ...[deno, "install", "--quiet", "--node-modules-dir=auto", NO_SCRIPTS],
    ...sourceArguments(more),
  ];
}

/** Options of {@linkcode runCommand}. */
export interface RunCommandOptions extends ResolveOptions, PermissionFlagsOptions {
  /** Maximum size of V8's heap in bytes, where nothing else limits memory. */
  readonly heapBytes?: number | undefined;
  /** V8 keeps its bytecode in a database of the module cache; `false` when left out. */
  readonly hasCodeCache?: boolean | undefined;
  /** Static files to serve instead of running the entry. */
  readonly site?: Site | undefined;
  /** A one-off run: of the entry with arguments, or of a REPL; an instance when left out. */
  readonly oneOff?: OneOffProgram | undefined;
  /** Port on loopback of its inspector, by which a debugger has full control; none when left out. */
  readonly inspectorPort?: number | undefined;
}

/** Program of a one-off run. */
export type OneOffProgram =
  /** The entry of its module options, which need not be the function's. */
  | { readonly type: "file"; readonly args: readonly string[] }
  | { readonly type: "repl" };

/**
 * Returns the `deno run` command for a function's entry. Without a kept code cache, Deno uses none:
 * it would be empty at each start, and creating its database takes time.
 */
export function runCommand(options: RunCommandOptions): string[] {
  const { paths, heapBytes, hasCodeCache = false, site, oneOff, inspectorPort } = options;
  const isRepl = oneOff?.type === "repl";
  return [
    paths.deno,
    isRepl ? "repl" : "run",
    "--quiet",
    "--no-prompt",
    ...(hasCodeCache || isRepl ? [] : ["--no-code-cache"]),
    ...permissionFlags(options),
    // Enables Deno.openKv(), whose database is next to the module cache.
    "--unstable-kv",
    "--unstable-cron",
    ...(heapBytes === undefined
      ? []
      : [`--v8-flags=--max-old-space-size=${Math.floor(heapBytes / 1024 ** 2)}`]),
    // The preload module waits for a debugger: with --inspect-brk, Deno waits once more after it, and
    // with --inspect-wait, a debugger that attaches too early finds code that does not wait.
    ...(inspectorPort === undefined ? [] : [`--inspect=127.0.0.1:${inspectorPort}`]),
    `--preload=${paths.preload}`,
    ...(site === undefined
      ? [...moduleArguments(options), ...isRepl ? [] : [entryArgument(options)]]
      : [...SITE_ARGUMENTS, paths.siteServer, JSON.stringify(site)]),
    ...(oneOff?.type === "file" ? oneOff.args : []),
  ];
}

/**
 * Returns the path of a user's module cache, as Deno finds it (`deno info`).
 *
 * @example
 * ```ts
 * import { denoDirectory } from "./deno_command.ts";
 * denoDirectory({ HOME: "/home/ann" }); // "/home/ann/.cache/deno"
 * ```
 */
export function denoDirectory(environment: Readonly<Record<string, string>>): string {
  return modulePlace(Deno.build.os, environment);
}

/**
 * Returns the base environment of all Deno processes, which inherits only certificate variables and
 * the operator's npm registry.
 */
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
    ...registryEnvironment(),
  };
}

/**
 * Value of `DENO_LOG`: the level of `--quiet`, except that it silences Deno's warning about each
 * `export default { fetch }` ("did you mean to run deno serve?"), because `preload.js` serves these
 * modules. At this level, that part of Deno logs nothing else (`runtime/js/99_main.js` in Deno's
 * source). The function's own output does not use this log. `DENO_AUTO_SERVE` would silence the
 * warning too, but then a module that both listens and exports a server fails because its port is
 * in use.
 */
const DENO_LOG = "error,ext:runtime_main=off";

/**
 * Returns the environment of a function's process. Its own variables come later, see
 * `writeStartFile`; `early` are those that Deno reads before or beside them, see
 * `telemetryEnvironment` and `kvEnvironment`. `DENO_SERVE_ADDRESS` moves its first HTTP listener to `listen`, if that is set. With `DENO_TRUST_PROXY_HEADERS`,
 * `info.remoteAddr` is the client's address: Deno takes it from the field that the proxy writes
 * into every request, and removes the field (`ext/http/service.rs` in Deno's source).
 */
export function functionEnvironment(
  { listen, port, paths, early = {} }: {
    readonly listen?: ListenAddress | undefined;
    readonly port: number;
    readonly paths: ProcessPaths;
    readonly early?: Readonly<Record<string, string>>;
  },
): Record<string, string> {
  return {
    ...early,
    ...baseEnvironment(paths),
    ...(paths.temporary === SANDBOX_PATHS.temporary ? {} : { TMPDIR: paths.temporary }),
    PORT: String(port),
    DDSRV_DATA: paths.data,
    ...(listen === undefined ? {} : { DENO_SERVE_ADDRESS: serveAddress(listen) }),
    DENO_TRUST_PROXY_HEADERS: "1",
    DENO_LOG,
  };
}

/** Returns the entry as an argument that Deno reads as a path, whatever its first letters are. */
function entryArgument({ entry }: ModuleOptions): string {
  return pathArgument(entry);
}

function pathArgument(path: string): string {
  return /^[\w.]/.test(path) ? path : `./${path}`;
}

/** The server of static files imports nothing, and reads no configuration of the folder. */
const SITE_ARGUMENTS: readonly string[] = [
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  "--node-modules-dir=none",
];

function moduleArguments(options: ResolveOptions): string[] {
  return [`--node-modules-dir=${options.nodeModules}`, ...sourceArguments(options)];
}

function sourceArguments(options: Omit<ResolveOptions, "nodeModules">): string[] {
  const { importMap, allowImport, isVendored = false } = options;
  return [
    `--vendor=${isVendored}`,
    ...lockArguments(options),
    `--allow-import=${[...DEFAULT_IMPORT_HOSTS, ...allowImport].join(",")}`,
    ...(importMap === undefined ? [] : [`--import-map=${importMap}`]),
  ];
}

/** Deno never searches for a lock file itself, because it would update one outside the folder. */
function lockArguments({ ownLock, lock }: Pick<ResolveOptions, "ownLock" | "lock">): string[] {
  if (ownLock !== undefined) return [`--lock=${ownLock}`, "--frozen"];
  if (lock === undefined) return ["--no-lock"];
  return [`--lock=${lock.path}`, `--frozen=${lock.isFrozen}`];
}
