import { join } from "node:path";
import { COMMON_FILES, SHARED_DIRECTORY } from "../function/layout.ts";
import { readProcFile } from "../system/read_proc_file.ts";
import { holdTrustedPath } from "../system/trusted_path.ts";
import type { ExtraName } from "./extra_names.ts";
import type { Mount } from "./sandbox.ts";
import { SITE_SERVER } from "./site.ts";
import { otherLibraries } from "./system_files.ts";

/** Path of Deno inside every sandbox. */
export const SANDBOX_DENO = "/ddsrv/deno";

/** Path of the module cache inside every sandbox. */
export const SANDBOX_CACHE = "/ddsrv/cache";

/** Path of the function's data inside every sandbox. */
export const SANDBOX_DATA = "/ddsrv/data";

/** Path of the preload module inside every sandbox. */
export const SANDBOX_PRELOAD = "/ddsrv/preload.js";

/** Path of the start file inside every sandbox: next to the preload module. */
export const SANDBOX_START = "/ddsrv/start.json";

/** Path inside every sandbox of the files that show activity: next to the preload module. */
export const SANDBOX_ACTIVITY = "/ddsrv/activity";

/** Path inside a sandbox of the directory with the server of static files. */
export const SANDBOX_SITE = "/ddsrv/site";
/** Path inside the sandbox of the lock file that a check made. */
export const SANDBOX_LOCK = "/ddsrv/deno.lock";

/** Paths that a function's process uses. */
export interface ProcessPaths {
  readonly deno: string;
  readonly preload: string;
  /** Main module of the server of static files. */
  readonly siteServer: string;
  readonly start: string;
  /** Directory of the files by whose locks the preload module shows activity. */
  readonly activity: string;
  /** Module cache, `DENO_DIR`. */
  readonly cache: string;
  /** Data directory, `DDSRV_DATA`. */
  readonly data: string;
  readonly temporary: string;
}

/** The paths inside every sandbox. */
export const SANDBOX_PATHS: ProcessPaths = {
  deno: SANDBOX_DENO,
  preload: SANDBOX_PRELOAD,
  siteServer: join(SANDBOX_SITE, SITE_SERVER),
  start: SANDBOX_START,
  activity: SANDBOX_ACTIVITY,
  cache: SANDBOX_CACHE,
  data: SANDBOX_DATA,
  temporary: "/tmp",
};

/** Variables that name certificate authorities to trust; passed on if the host sets them. */
const CERTIFICATE_VARIABLES: readonly string[] = [
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
];

/** Names in the functions directory that every function sees, if they exist. */
export const SHARED_NAMES: readonly string[] = [...COMMON_FILES, SHARED_DIRECTORY];

/** Options of {@linkcode functionMounts}. */
export interface FunctionMountOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  /** Real path of the source, if the function's folder is not used. */
  readonly source?: string | undefined;
  readonly etc: readonly Mount[];
  /** Names that the source shows instead of entries that it may have. */
  readonly names?: readonly ExtraName[];
  /** Host path of Deno; the one that runs this process when left out. */
  readonly deno?: string | undefined;
}

/** Cached: Deno has loaded all its libraries by now. */
let libraries: readonly string[] | undefined;

/** Mounts with open file descriptors; disposing of it closes them. */
export interface FunctionMounts extends AsyncDisposable {
  readonly mounts: readonly Mount[];
}

/**
 * Returns the read-only mounts of every sandbox of a function: its source and the shared code at
 * their own paths, so that error messages show familiar paths, and the files that DNS and TLS need.
 * Other users may own source and shared code, so both are mounted by open file descriptors, see
 * `holdTrustedPath`. Keep them open until the sandbox has started.
 *
 * @throws {Deno.errors.NotFound} when the function's directory does not exist
 * @throws {UntrustedPathError} when a link of another user leads to files that are not theirs
 */
export async function functionMounts(options: FunctionMountOptions): Promise<FunctionMounts> {
  const { functionsDirectory, name, etc, names = [] } = options;
  using directory = await holdTrustedPath(functionsDirectory);
  await using stack = new AsyncDisposableStack();
  const held = await Promise.allSettled([
    holdTrustedPath(options.source ?? name, { directory }),
    ...SHARED_NAMES.map((shared) => holdTrustedPath(shared, { directory })),
  ]);
  for (const one of held) if (one.status === "fulfilled") stack.use(one.value);
  const shown = [name, ...SHARED_NAMES];
  const own = held.flatMap((one, index): Mount[] => {
    if (one.status === "fulfilled") {
      const mount = { source: one.value, target: join(functionsDirectory, shown[index]!) };
      return [index === 0 && names.length > 0 ? { ...mount, names } : mount];
    }
    // Shared code is optional.
    if (index > 0 && one.reason instanceof Deno.errors.NotFound) return [];
    throw one.reason;
  });
  const mounts = [
    ...await hostMounts(options.deno),
    ...etc,
    ...own,
  ].filter((mount, index, all) => all.findIndex((one) => one.target === mount.target) === index);
  const owned = stack.move();
  return { mounts, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/**
 * Returns mounts of Deno and of the certificate authorities that this host trusts. Another Deno
 * needs no other libraries than this process has loaded.
 *
 * @param deno host path, on which only root and this process's user may write
 */
export async function hostMounts(deno = Deno.execPath()): Promise<Mount[]> {
  const certificates = [
    "/etc/ssl/certs",
    ...CERTIFICATE_VARIABLES.map((variable) => Deno.env.get(variable) ?? ""),
  ];
  const found = await Promise.all(certificates.map(realPath));
  libraries ??= otherLibraries(await readProcFile("/proc/self/maps"));
  return [
    { source: deno, target: SANDBOX_DENO },
    ...libraries.map((path) => ({ source: path, target: path })),
    ...found.filter((mount) => mount !== undefined),
  ];
}

/** Returns the certificate variables of this process. */
export function certificateEnvironment(): Record<string, string> {
  const entries = CERTIFICATE_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => !!entry[1]));
}

async function realPath(path: string): Promise<Mount | undefined> {
  if (!path.startsWith("/")) return undefined;
  try {
    return { source: await Deno.realPath(path), target: path };
  } catch {
    return undefined;
  }
}
