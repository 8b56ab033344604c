import { join } from "node:path";
import type { RecordCode } from "../isolation/code_recorder.ts";
import type { DenoBinary } from "../sandbox/deno_binary.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import type { CommandError } from "../system/run.ts";
import type { Semaphore } from "../system/semaphore.ts";
import { sleep } from "../system/sleep.ts";
import {
  clearIncomplete,
  isIntact,
  NEW_CODE,
  pruneStored,
  sealStored,
  storedName,
  touchStored,
} from "./stored_code.ts";

/**
 * The code cache that all functions share, one for each Deno: it has the bytecode of Deno's own
 * modules and of the preload module. ddsrv records it once, without code of a function, while
 * nothing starts. Disposing of it ends the recording.
 */
export interface SharedCode extends AsyncDisposable {
  /** Reads a stored one ahead of the first start, and records none. */
  readonly prepare: (deno: DenoBinary) => void;
  /**
   * Returns the directory of a Deno's code cache, which only the supervisor may write; `undefined`
   * while there is none, and then one is recorded later.
   */
  readonly find: (deno: DenoBinary) => Promise<string | undefined>;
  /** Ends the recording at once, and begins no other one. */
  readonly stop: () => void;
}

/** Options of {@linkcode openSharedCode}. */
export interface SharedCodeOptions {
  /** Only the supervisor may enter it; it keeps code caches for later supervisors. */
  readonly directory: string;
  /** Missing where functions can have no code cache. */
  readonly record: RecordCode | undefined;
  /** Returns true if functions use the code cache. */
  readonly isOn: () => boolean;
  /** Limits concurrent starts. */
  readonly starts: Pick<Semaphore, "isIdle">;
  readonly onWarning: (message: string) => void;
  /** Time without a start before a recording begins. */
  readonly calmMs?: number;
  /** Time after which a recording no longer waits for that. */
  readonly maxWaitMs?: number;
}

interface WantedCode {
  readonly deno: DenoBinary;
  readonly sinceMs: number;
}

/** Opens the shared code cache. A recording first removes what a killed supervisor has left. */
export function openSharedCode(options: SharedCodeOptions): SharedCode {
  const { directory, isOn, starts, onWarning, calmMs = 1_000, maxWaitMs = 60_000 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const found = new Map<string, Promise<string | undefined>>();
  const wanted = new Map<string, WantedCode>();
  /** One recording for each Deno: another one would fail as well. */
  const tried = new Set<string>();
  let lastStartMs = 0;
  let hasWarned = false;
  let working: Promise<void> | undefined;

  async function look(deno: DenoBinary): Promise<string | undefined> {
    const path = join(directory, await storedName(deno));
    if (!await isIntact(path)) return undefined;
    await touchStored(path).catch(() => {});
    return path;
  }

  function lookOnce(deno: DenoBinary): Promise<string | undefined> {
    const key = keyOf(deno);
    const looking = found.get(key) ?? look(deno).catch(() => undefined);
    found.set(key, looking);
    return looking;
  }

  async function find(deno: DenoBinary): Promise<string | undefined> {
    if (options.record === undefined || !isOn()) return undefined;
    lastStartMs = performance.now();
    const key = keyOf(deno);
    const path = await lookOnce(deno);
    // An operator may have removed the state.
    if (path !== undefined && await isThere(path)) return path;
    if (!tried.has(key) && !signal.aborted) {
      tried.add(key);
      wanted.set(key, { deno, sinceMs: performance.now() });
      working ??= work(options.record).finally(() => working = undefined);
    }
    return undefined;
  }

  async function work(record: RecordCode): Promise<void> {
    for (;;) {
      const [next] = wanted;
      if (next === undefined || signal.aborted) return;
      const [key, { deno, sinceMs }] = next;
      const nowMs = performance.now();
      const isCalm = nowMs - lastStartMs >= calmMs && starts.isIdle();
      if (!isCalm && nowMs - sinceMs < maxWaitMs) {
        await sleep(calmMs / 4, signal);
        continue;
      }
      wanted.delete(key);
      if (!isOn()) continue;
      const path = await recordOne(deno, record).catch(warn);
      if (path !== undefined) found.set(key, Promise.resolve(path));
    }
  }

  async function recordOne(deno: DenoBinary, record: RecordCode): Promise<string | undefined> {
    await clearIncomplete(directory);
    const name = await storedName(deno);
    const target = join(directory, `${NEW_CODE}${crypto.randomUUID()}`);
    await Deno.mkdir(target, { mode: 0o700 });
    try {
      if (!await record(deno, { target, signal })) return undefined;
      await sealStored(target);
      const path = join(directory, name);
      // A damaged one.
      await removeIfThere(path);
      await Deno.rename(target, path);
      await pruneStored(directory, name);
      return path;
    } finally {
      await removeIfThere(target).catch(() => {});
    }
  }

  function warn(error: Error): undefined {
    if (signal.aborted || hasWarned) return;
    hasWarned = true;
    const { message, reason = message } = error as Error & Partial<Pick<CommandError, "reason">>;
    onWarning(
      `Cannot record the code cache that all functions share in "${directory}": ${reason}. ` +
        "Functions run without it, and start more slowly. Make sure that this directory is " +
        "writable and has free space, and restart ddsrv",
    );
  }

  return {
    prepare(deno) {
      if (options.record !== undefined && isOn()) void lookOnce(deno);
    },
    find,
    stop: () => stopping.abort(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await working;
    },
  };
}

function keyOf({ path, version }: DenoBinary): string {
  return `${path}\n${version}`;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}
