import { join } from "node:path";
import { COMMON_FILES, SHARED_DIRECTORY } from "../function/layout.ts";
import { readProcFile } from "../system/read_proc_file.ts";
import { holdTrustedPath } from "../system/trusted_path.ts";
import type { ExtraName } from "./extra_names.ts";
import type { Mount } from "./sandbox.ts";
import { CERTIFICATE_VARIABLES, SANDBOX_DENO } from "./sandbox_paths.ts";
import { otherLibraries } from "./system_files.ts";

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

async function realPath(path: string): Promise<Mount | undefined> {
  if (!path.startsWith("/")) return undefined;
  try {
    return { source: await Deno.realPath(path), target: path };
  } catch {
    return undefined;
  }
}
