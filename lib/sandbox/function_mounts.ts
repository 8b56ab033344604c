import { join } from "node:path";
import { COMMON_FILES, SHARED_DIRECTORY } from "../function/layout.ts";
import { readProcFile } from "../system/read_proc_file.ts";
import { holdTrustedPath } from "../system/trusted_path.ts";
import type { Mount } from "./sandbox.ts";
import { otherLibraries } from "./system_files.ts";

/** Where Deno's binary shows inside every sandbox. */
export const SANDBOX_DENO = "/ddsrv/deno";

/** Where the module cache shows inside every sandbox. */
export const SANDBOX_CACHE = "/ddsrv/cache";

/** Where a function's own files show inside its sandbox. */
export const SANDBOX_DATA = "/ddsrv/data";

/** Where the module that serves default exports shows inside every sandbox. */
export const SANDBOX_PRELOAD = "/ddsrv/preload.js";

/** Where what that module is told shows inside a sandbox: beside it. */
export const SANDBOX_START = "/ddsrv/start.json";

/** Where a function's process finds what is there for it. */
export interface ProcessPaths {
  readonly deno: string;
  readonly preload: string;
  readonly start: string;
  /** The module cache, `DENO_DIR`. */
  readonly cache: string;
  /** Where it keeps files. */
  readonly data: string;
  readonly temporary: string;
}

/** The paths inside every sandbox. */
export const SANDBOX_PATHS: ProcessPaths = {
  deno: SANDBOX_DENO,
  preload: SANDBOX_PRELOAD,
  start: SANDBOX_START,
  cache: SANDBOX_CACHE,
  data: SANDBOX_DATA,
  temporary: "/tmp",
};

/** Variables that say which certificate authorities to trust; passed on when the host sets them. */
const CERTIFICATE_VARIABLES: readonly string[] = [
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
];

/** Names in the functions directory that every function sees, where they are there. */
export const SHARED_NAMES: readonly string[] = [...COMMON_FILES, SHARED_DIRECTORY];

/** Which function is to be seen, and from where. */
export interface FunctionMountOptions {
  readonly functionsDirectory: string;
  readonly name: string;
  /** Where its source is, if that is not in its place. */
  readonly source?: string | undefined;
  /** What it sees of `/etc`. */
  readonly etc: readonly Mount[];
}

/** Known once for all: Deno has loaded all of its own by now. */
let libraries: readonly string[] | undefined;

/** Mounts with places that are held for them; disposing of it lets these go. */
export interface FunctionMounts extends AsyncDisposable {
  readonly mounts: readonly Mount[];
}

/**
 * What every sandbox of a function sees, all of it read-only: its own source and the shared code at
 * their own paths, so that messages name the paths that people know, and what DNS and TLS need.
 * Source and shared code may belong to users who are not root, and are held, see `holdTrustedPath`:
 * they must stay so until the sandbox is there.
 *
 * @throws {Deno.errors.NotFound} when the function's directory is gone
 * @throws {UntrustedPathError} when another user's link leads to what is not theirs
 */
export async function functionMounts(options: FunctionMountOptions): Promise<FunctionMounts> {
  const { functionsDirectory, name, etc } = options;
  using directory = await holdTrustedPath(functionsDirectory);
  await using stack = new AsyncDisposableStack();
  const held = await Promise.allSettled([
    holdTrustedPath(options.source ?? name, { directory }),
    ...SHARED_NAMES.map((shared) => holdTrustedPath(shared, { directory })),
  ]);
  for (const one of held) if (one.status === "fulfilled") stack.use(one.value);
  const names = [name, ...SHARED_NAMES];
  const own = held.flatMap((one, index): Mount[] => {
    if (one.status === "fulfilled") {
      return [{ source: one.value, target: join(functionsDirectory, names[index]!) }];
    }
    // Shared code need not be there.
    if (index > 0 && one.reason instanceof Deno.errors.NotFound) return [];
    throw one.reason;
  });
  const mounts = [
    ...await hostMounts(),
    ...etc,
    ...own,
  ].filter((mount, index, all) => all.findIndex((one) => one.target === mount.target) === index);
  const owned = stack.move();
  return { mounts, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Deno, and the certificate authorities that this host trusts: the operator names them. */
export async function hostMounts(): Promise<Mount[]> {
  const certificates = [
    "/etc/ssl/certs",
    ...CERTIFICATE_VARIABLES.map((variable) => Deno.env.get(variable) ?? ""),
  ];
  const found = await Promise.all(certificates.map(realPath));
  libraries ??= otherLibraries(await readProcFile("/proc/self/maps"));
  return [
    { source: Deno.execPath(), target: SANDBOX_DENO },
    ...libraries.map((path) => ({ source: path, target: path })),
    ...found.filter((mount) => mount !== undefined),
  ];
}

/** Certificate variables of this process's environment. */
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
