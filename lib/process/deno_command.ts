import { ENTRY_FILE } from "../function/layout.ts";
import {
  certificateEnvironment,
  SANDBOX_CACHE,
  SANDBOX_DATA,
  SANDBOX_DENO,
  SANDBOX_PRELOAD,
} from "./function_mounts.ts";

/** Hosts that Deno lets code be imported from by default (`deno check --help`). */
const DEFAULT_IMPORT_HOSTS: readonly string[] = [
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
}

/** `deno check` of a function's entry. */
export function checkCommand(options: ModuleOptions, deno = SANDBOX_DENO): string[] {
  return [deno, "check", "--quiet", ...moduleArguments(options), ENTRY_FILE];
}

/** `deno info` of a function's entry: its module graph as JSON. */
export function infoCommand(options: ModuleOptions): string[] {
  return [SANDBOX_DENO, "info", "--quiet", "--json", ...moduleArguments(options), ENTRY_FILE];
}

/**
 * `deno run` of a function's entry. The code cache is off: it would be empty at each start and
 * costs the making of a database.
 */
export function runCommand(options: ModuleOptions): string[] {
  return [
    SANDBOX_DENO,
    "run",
    "--quiet",
    "--no-prompt",
    "--no-code-cache",
    "--allow-net",
    "--allow-read",
    "--allow-env",
    "--allow-sys",
    `--allow-write=/tmp,${SANDBOX_DATA}`,
    // Deno.openKv(), which keeps its database beside the module cache.
    "--unstable-kv",
    `--preload=${SANDBOX_PRELOAD}`,
    ...moduleArguments(options),
    ENTRY_FILE,
  ];
}

/** Variables that every sandboxed Deno has; nothing else of the supervisor's environment. */
export function baseEnvironment(): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: "/tmp",
    LANG: "C.UTF-8",
    DENO_DIR: SANDBOX_CACHE,
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    ...certificateEnvironment(),
  };
}

/**
 * The environment that a function's process is started with; its own variables come later, see
 * `writeEnvFile`. `DENO_SERVE_ADDRESS` moves its first HTTP listener to every address and the
 * preferred port.
 */
export function functionEnvironment(preferredPort: number): Record<string, string> {
  return {
    ...baseEnvironment(),
    PORT: String(preferredPort),
    DDSRV_DATA: SANDBOX_DATA,
    DENO_SERVE_ADDRESS: `tcp:0.0.0.0:${preferredPort}`,
  };
}

function moduleArguments({ importMap, allowImport }: ModuleOptions): string[] {
  return [
    // A lock file beside read-only source could not be brought up to date.
    "--no-lock",
    `--allow-import=${[...DEFAULT_IMPORT_HOSTS, ...allowImport].join(",")}`,
    ...(importMap === undefined ? [] : [`--import-map=${importMap}`]),
  ];
}
