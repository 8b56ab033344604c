import type { IsolationLevel } from "../config/isolation_level.ts";
import { isPinned, type SourceReference } from "../config/source_reference.ts";
import { sleep } from "../system/sleep.ts";
import { fetcherOf } from "./fetcher_of.ts";
import { openManagedDirectory } from "./managed_directory.ts";
import type { SwitchPlan } from "./plan_switch.ts";
import { nextPollMs } from "./poll_pace.ts";
import { RefusedVersionError, SourceError } from "./source_error.ts";
import { unpack } from "./unpack.ts";
import type { Fetched, FetchOptions, Version } from "./version.ts";

/** State of a source. Times are in milliseconds since 1970. */
export interface SourceState {
  /** The source, as people see it. */
  readonly reference: string;
  /** Digest of the version in the functions directory; `undefined` before the first one. */
  readonly digest: string | undefined;
  /** Time since which it is there. */
  readonly takenAtMs: number | undefined;
  /** Time at which the source last had this version; `undefined` before the first success. */
  readonly checkedAtMs: number | undefined;
  /** Number of failures since the start. */
  readonly failures: number;
  /** Why the last question failed; `undefined` after a success. */
  readonly problem: string | undefined;
}

/** The source of a functions directory. Disposing of it stops asking. */
export interface Source extends AsyncDisposable {
  readonly state: SourceState;
  /** Begins to ask the source. */
  readonly start: (events: SourceEvents) => void;
  /** Asks the source soon: at once, unless that just happened. */
  readonly poll: () => void;
}

/** Receives the events of a source. */
export interface SourceEvents {
  /** Called just before the entries of a new version are exchanged. */
  readonly onSwitch: (plan: SwitchPlan, version: Version) => void;
  /** Called when a new version is in the functions directory. */
  readonly onTaken: (plan: SwitchPlan, version: Version) => void;
  /** Called with a problem that is new, and with `undefined` at its end. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** Options of {@linkcode openSource}. */
export interface SourceOptions {
  readonly reference: SourceReference;
  readonly functionsDirectory: string;
  readonly intervalMs: number;
  readonly authFile: string | undefined;
  /** The login itself, without a file. */
  readonly authText?: string | undefined;
  readonly isolation: IsolationLevel;
  /** Asks the source; by default as the reference's type needs it. */
  readonly fetchVersion?: (options: FetchOptions) => Promise<Fetched>;
  readonly random?: () => number;
  /** Minimum time between two questions, whoever wants them. */
  readonly minPauseMs?: number;
}

/** Maximum length of a problem; some of its words are the server's. */
const MAX_PROBLEM_LENGTH = 1_000;

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;

/** Webhooks and signals cause at most one question in this time. */
const MIN_PAUSE_MS = 2_000;

/**
 * Opens the source of a functions directory, which this process must have locked. The version that is
 * in the directory stays until a verified one replaces it.
 *
 * @throws {Error} if the directory can't be managed, see `openManagedDirectory`
 */
export async function openSource(options: SourceOptions): Promise<Source> {
  const { reference, intervalMs, authFile } = options;
  const { random = Math.random, minPauseMs = MIN_PAUSE_MS } = options;
  const { fetchVersion = fetcherOf(options) } = options;
  const directory = await openManagedDirectory(options.functionsDirectory);
  const stopping = new AbortController();
  let wake = new AbortController();
  let running: Promise<void> | undefined;
  let etag: Version | undefined;
  let refused: { readonly version: Version; readonly message: string } | undefined;
  let [failures, inRow] = [0, 0];
  let problem: string | undefined;
  let checkedAtMs: number | undefined;

  /** Returns the version in the directory, if it comes from this source. */
  function present(): Version | undefined {
    const { record } = directory;
    if (record?.source !== reference.text) return undefined;
    return etag?.digest === record.version.digest ? etag : record.version;
  }

  async function ask(events: SourceEvents): Promise<void> {
    const known = [present(), refused?.version].filter((one) => one !== undefined);
    const authText = authFile === undefined ? options.authText : await readAuthFile(authFile);
    const { signal } = stopping;
    const fetched = await fetchVersion({ known, file: directory.download, authText, signal });
    const { version } = fetched;
    if (fetched.type === "known") {
      if (version.digest === refused?.version.digest) {
        refused = { ...refused, version };
        throw new RefusedVersionError(refused.message);
      }
      etag = version;
      return;
    }
    try {
      await take(version, events);
    } catch (error) {
      if (error instanceof RefusedVersionError) refused = { version, message: error.message };
      throw error;
    }
    refused = undefined;
  }

  async function take(version: Version, events: SourceEvents): Promise<void> {
    const target = await directory.stage();
    using file = await Deno.open(directory.download);
    const digests = await unpack(file.readable, {
      target,
      directory: reference.directory,
      signal: stopping.signal,
    });
    stopping.signal.throwIfAborted();
    const plan = await directory.take(
      {
        source: reference.text,
        version,
        takenAtMs: Date.now(),
        entries: Object.fromEntries(digests),
      },
      (plan) => events.onSwitch(plan, version),
    );
    events.onTaken(plan, version);
  }

  async function run(events: SourceEvents): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      wake = new AbortController();
      const began = performance.now();
      let retryAfterMs: number | undefined;
      try {
        // A pinned version can't change, so nobody needs to be there.
        if (!isPinned(reference) || present() === undefined) {
          await ask(events).finally(directory.clear);
          checkedAtMs = Date.now();
        }
        inRow = 0;
        report(undefined);
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        inRow++;
        retryAfterMs = error instanceof SourceError ? error.retryAfterMs : undefined;
        const { message } = error as Error;
        report(message.slice(0, MAX_PROBLEM_LENGTH).replaceAll(CONTROL, " "));
      }
      const isFinal = isPinned(reference) && inRow === 0;
      const pace = { intervalMs, isFinal, random: random() };
      const pauseMs = nextPollMs({ failures: inRow, retryAfterMs }, pace);
      await sleepLong(pauseMs, AbortSignal.any([signal, wake.signal]));
      await sleep(minPauseMs - (performance.now() - began), signal);
    }

    function report(next: string | undefined): void {
      if (next !== problem) events.onProblem(next);
      problem = next;
    }
  }

  return {
    get state() {
      const { record } = directory;
      return {
        reference: reference.text,
        digest: record?.version.digest,
        takenAtMs: record?.takenAtMs,
        checkedAtMs,
        failures,
        problem,
      };
    },
    start(events) {
      running ??= run(events);
    },
    poll: () => wake.abort(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

async function readAuthFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new SourceError(`Cannot read the auth file "${path}": ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Waits for a time that may be longer than a timer allows. */
async function sleepLong(ms: number, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + ms;
  const MAX_SLEEP_MS = 3_600_000;
  while (!signal.aborted && performance.now() < untilMs) {
    await sleep(Math.min(MAX_SLEEP_MS, untilMs - performance.now()), signal);
  }
}
