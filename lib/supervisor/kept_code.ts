import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { CodeTemplates } from "../isolation/code_templates.ts";
import { collectCode } from "../isolation/collect_code.ts";
import { CODE_DATABASES, type CodeCache, usesCodeCache } from "../sandbox/code_cache.ts";
import { type DenoBinary, ownDeno } from "../sandbox/deno_binary.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { SharedCode } from "./shared_code.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { createSemaphore } from "../system/semaphore.ts";
import { sleep } from "../system/sleep.ts";

/**
 * Code caches of revisions, as opaque bytes. The first run of a revision fills private databases;
 * ddsrv copies them, and shows the copies read-only to later runs of the same revision and to
 * nothing else. So bad bytecode ends with the revision that wrote it.
 */
export interface KeptCode {
  /** Returns the code cache of a start; `undefined` if the start uses none. */
  readonly choose: (start: CodeStart) => Promise<CodeCache | undefined>;
  /** Copies the databases that a run has filled, some seconds after it has begun to serve. */
  readonly collect: (start: CodeStart, run: RecordingRun) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
}

/** Start that may use a code cache. */
export interface CodeStart {
  readonly name: string;
  readonly revision: string;
  readonly moduleOptions: ModuleOptions;
  readonly policy: Pick<FunctionPolicy, "permissions" | "memoryBytes" | "writable">;
  /** It imports remote modules or packages. */
  readonly hasDependencies: boolean;
}

/** Run that fills databases. */
export interface RecordingRun {
  readonly pid: number;
  readonly onWarning: (message: string) => void;
  /** Aborts when the process has ended or is about to. */
  readonly signal: AbortSignal;
}

/** Options of {@linkcode openKeptCode}. */
export interface KeptCodeOptions {
  /** Holds a directory for each function; only the supervisor may enter it. */
  readonly directory: string;
  /** `undefined` where functions run without a sandbox. */
  readonly templates: CodeTemplates | undefined;
  /** The code cache of starts without one of their own; none when left out. */
  readonly shared?: Pick<SharedCode, "find">;
  /** Returns revisions whose code caches stay, whatever their age: those of snapshots. */
  readonly neededRevisions: (name: string) => readonly string[];
  readonly onWarning: (message: string) => void;
  /** Times at which to copy, each in milliseconds after the one before. */
  readonly looksMs?: readonly number[];
  readonly maxBytes?: number;
  readonly collect?: typeof collectCode;
}

/** Number of a function's code caches besides those of snapshots: as many as check results. */
const MAX_REVISIONS = 4;

/** Most functions have loaded everything by then; those that still write get more time. */
const LOOKS_MS = [2_000, 5_000, 15_000, 60_000];

/** Maximum size of one code cache. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Prefix of a directory that is not complete. */
const NEW = ".new-";

/** Opens the code caches of all functions, and removes incomplete ones of an earlier supervisor. */
export async function openKeptCode(options: KeptCodeOptions): Promise<KeptCode> {
  const { directory, templates, shared, neededRevisions, onWarning } = options;
  const { looksMs = LOOKS_MS, maxBytes = MAX_BYTES, collect = collectCode } = options;
  const turns = createSemaphore(1);
  /** Paths of code caches that can't be kept; their revisions run without one. */
  const refused = new Set<string>();
  let hasWarned = false;
  await clearNew(directory);

  function pathOf({ name, revision, moduleOptions, policy }: CodeStart): string {
    const { deno = ownDeno(), ...others } = moduleOptions;
    const input = JSON.stringify([deno.path, deno.version, others, policy.memoryBytes]);
    const key = createHash("sha256").update(input).digest("hex").slice(0, 16);
    return join(directory, name, `${revision}.${key}`);
  }

  async function chooseShared(deno: DenoBinary): Promise<CodeCache | undefined> {
    const path = await shared?.find(deno);
    return path === undefined ? undefined : { type: "shared", directory: path };
  }

  async function copy(
    path: string,
    { pid, signal, onWarning: warn }: RecordingRun,
  ): Promise<boolean> {
    const target = join(path, "..", `${NEW}${crypto.randomUUID()}`);
    await Deno.mkdir(target, { recursive: true, mode: 0o700 });
    try {
      const isRunning = (): boolean => !signal.aborted;
      const collected = await collect({ pid, isRunning, target, maxBytes });
      switch (collected.type) {
        case "copied":
          await Deno.rename(target, path);
          hasWarned = false;
          return true;
        case "unsettled":
          return signal.aborted;
        case "large":
          refused.add(path);
          warn(
            `The code cache has ${mebibytes(collected.bytes)} MiB, and ddsrv keeps at most ` +
              `${mebibytes(maxBytes)}: each start compiles the code again. Import fewer modules`,
          );
          return true;
        case "full":
          throw new Error("The disk is full");
        case "unusable":
          refused.add(path);
          return true;
      }
      collected satisfies never;
      return true;
    } finally {
      await removeIfThere(target);
    }
  }

  return {
    async choose(start) {
      const { moduleOptions: { entry, deno = ownDeno() }, policy, hasDependencies } = start;
      if (templates === undefined) return undefined;
      if (!usesCodeCache({ entry, policy, hasDependencies })) return await chooseShared(deno);
      const path = pathOf(start);
      if (await isKept(path)) {
        // The time of the last use decides which caches stay.
        await Deno.utime(path, new Date(), new Date()).catch(() => {});
        return { type: "kept", directory: path };
      }
      if (refused.has(path)) return await chooseShared(deno);
      const template = await templates.of(deno);
      return template === undefined ? undefined : { type: "record", template };
    },
    async collect(start, run) {
      const { name } = start;
      const path = pathOf(start);
      try {
        for (const ms of looksMs) {
          await sleep(ms, run.signal);
          if (run.signal.aborted) return;
          if (await turns.run(() => copy(path, run))) break;
        }
        await prune(path, neededRevisions(name));
      } catch (error) {
        // The next run of the revision tries again.
        if (hasWarned) return;
        hasWarned = true;
        onWarning(
          `Cannot keep a code cache in "${directory}": ${(error as Error).message}. Functions ` +
            "start more slowly without it. Make room there, or make it writable",
        );
      }
    },
    forget: (name) => removeIfThere(join(directory, name)),
  };
}

async function isKept(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(join(path, CODE_DATABASES[0]!))).isFile;
  } catch {
    return false;
  }
}

async function clearNew(directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  for await (const { name } of Deno.readDir(directory)) {
    for await (const { name: entry } of Deno.readDir(join(directory, name))) {
      if (entry.startsWith(NEW)) await removeIfThere(join(directory, name, entry));
    }
  }
}

/**
 * Removes the code caches beside a new one that have not been used for longest, except those of
 * snapshots. The host's clock may have stepped back, so the times do not decide about the new one.
 */
async function prune(kept: string, needed: readonly string[]): Promise<void> {
  const directory = dirname(kept);
  const aged: { readonly path: string; readonly atMs: number }[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    const [revision = ""] = name.split(".");
    if (needed.includes(revision) || name.startsWith(NEW)) continue;
    const path = join(directory, name);
    if (path === kept) continue;
    aged.push({ path, atMs: (await Deno.stat(path)).mtime?.getTime() ?? 0 });
  }
  aged.sort((a, b) => b.atMs - a.atMs);
  for (const { path } of aged.slice(MAX_REVISIONS - 1)) await removeIfThere(path);
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 ** 2);
}
