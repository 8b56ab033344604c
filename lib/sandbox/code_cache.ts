import { join } from "node:path";
import { isStaticEntry } from "../config/entry_names.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { FileCopy } from "./copy_command.ts";
import { SANDBOX_CACHE } from "./sandbox_paths.ts";
import type { Mount } from "./sandbox.ts";

/**
 * Databases in which Deno keeps V8's bytecode and its analyses of modules. Each may have a
 * write-ahead log next to it (sqlite.org/wal.html), which belongs to its content.
 */
export const CODE_DATABASES: readonly string[] = [
  "v8_code_cache_v2",
  "dep_analysis_cache_v2",
  "node_analysis_cache_v2",
];

/** Suffix of a database's write-ahead log. */
export const LOG_SUFFIX = "-wal";

/** Code cache of one start: directories of the host that only the supervisor may write. */
export type CodeCache =
  /** Deno reads what an earlier run of the same revision has left, and can't change it. */
  | { readonly type: "kept"; readonly directory: string }
  /** Deno reads what ddsrv has recorded without code of a function, and can't change it. */
  | { readonly type: "shared"; readonly directory: string }
  /** Deno fills private copies of empty databases, which end with the run. */
  | { readonly type: "record"; readonly template: string };

/** Path inside a sandbox of the empty databases. */
const SANDBOX_TEMPLATE = "/ddsrv/code";

/** Mounts and copies that a start's code cache needs. */
export interface CodeCacheFiles {
  readonly mounts: readonly Mount[];
  readonly copies: readonly FileCopy[];
}

/**
 * Returns true for a code cache that does not need the programs of Landlock in the sandbox, which
 * copy databases.
 */
export function isReadOnly(code: CodeCache | undefined): boolean {
  return code?.type === "kept" || code?.type === "shared";
}

/**
 * Returns the part of a code cache that makes a difference between two starts of a revision. The
 * shared one does not: a start without it is only slower than one with it.
 */
export function codeIdentity(code: CodeCache | undefined): CodeCache | undefined {
  return code?.type === "shared" ? undefined : code;
}

/** Returns the mounts and copies of a start's code cache; none without one. */
export function codeCacheFiles(code: CodeCache | undefined): CodeCacheFiles {
  switch (code?.type) {
    case undefined:
      return { mounts: [], copies: [] };
    case "kept":
    case "shared": {
      const files = CODE_DATABASES.flatMap((name) => [name, `${name}${LOG_SUFFIX}`]);
      const mounts = files.map((file) => ({
        source: join(code.directory, file),
        target: join(SANDBOX_CACHE, file),
      }));
      return { mounts, copies: [] };
    }
    case "record":
      return {
        mounts: [{ source: code.template, target: SANDBOX_TEMPLATE }],
        copies: CODE_DATABASES.map((file) => ({
          source: join(SANDBOX_TEMPLATE, file),
          target: join(SANDBOX_CACHE, file),
        })),
      };
  }
  code satisfies never;
  throw new TypeError("Unknown code cache");
}

/** Memory limit below which a function gets no code cache: recording it uses memory of the function. */
const MIN_MEMORY_BYTES = 128 * 1024 * 1024;

/** Facts about a start that decide whether a code cache is worth its cost, and safe. */
export interface CodeCacheFacts {
  readonly entry: string;
  readonly policy: Pick<FunctionPolicy, "permissions" | "memoryBytes" | "writable">;
  /** It imports remote modules or packages. */
  readonly hasDependencies: boolean;
}

/**
 * Returns true if a start uses a code cache. Not for a function without dependencies, whose code
 * compiles faster than Deno reads it from a database; and not if its JavaScript may write to the
 * directory of the databases: V8 does not verify bytecode, so code that writes it leaves Deno's
 * permissions.
 *
 * @example
 * ```ts
 * import { usesCodeCache } from "./code_cache.ts";
 * import { defaultPermissions } from "../config/permissions.ts";
 * const policy = { permissions: defaultPermissions, memoryBytes: 2 ** 29, writable: [] };
 * usesCodeCache({ entry: "index.ts", policy, hasDependencies: true }); // true
 * usesCodeCache({ entry: "index.ts", policy, hasDependencies: false }); // false
 * ```
 */
export function usesCodeCache({ entry, policy, hasDependencies }: CodeCacheFacts): boolean {
  if (!hasDependencies || isStaticEntry(entry)) return false;
  // A directory that the folder provides may contain links, which Deno follows when it writes.
  if (policy.writable.length > 0) return false;
  if (policy.memoryBytes < MIN_MEMORY_BYTES) return false;
  const { write } = policy.permissions;
  return write === false || write !== true && !write.some(touchesCache);
}

/** Deno resolves a path in a flag against the working directory, which is never in the cache. */
function touchesCache(path: string): boolean {
  const [one, cache] = [`${join("/", path)}/`.replace(/\/+$/, "/"), `${SANDBOX_CACHE}/`];
  return cache.startsWith(one) || one.startsWith(cache);
}
