import { openPredeploys } from "../../lib/supervisor/predeploys.ts";
import { createDebugSessions } from "../../lib/supervisor/debug_sessions.ts";
import { createOneOffRuns } from "../../lib/supervisor/one_off_runs.ts";
import { completeSettings, type SomeSettings } from "../../lib/config/settings.ts";
import type { Isolation, Sandbox, SourceCheck } from "../../lib/isolation/isolation.ts";
import type { Exit } from "../../lib/process/exit.ts";
import type { CheckResult } from "../../lib/check/check.ts";
import { createCheckLane } from "../../lib/supervisor/check_lane.ts";
import { openChangeStore } from "../../lib/history/change_store.ts";
import { openScheduleStore } from "../../lib/schedules/schedule_store.ts";
import { openVariableStore } from "../../lib/supervisor/variable_store.ts";
import { ownDeno } from "../../lib/sandbox/deno_binary.ts";
import type { SupervisorContext } from "../../lib/supervisor/supervisor_context.ts";
import { type ActivityFiles, NO_ACTIVITY } from "../../lib/sandbox/activity.ts";
import { createSemaphore } from "../../lib/system/semaphore.ts";
import { join } from "node:path";
import type { TemporaryDirectory } from "../temporary_directory.ts";

/** Options of {@linkcode quietContext}. */
export interface QuietContextOptions {
  readonly settings?: SomeSettings;
  readonly check?: (directory: string, source: SourceCheck) => Promise<CheckResult>;
  readonly open?: () => Promise<Sandbox>;
  /** Called for each function whose passed check is recorded. */
  readonly onRecord?: (name: string) => void;
  /** Returns the user of a function; none by default. */
  readonly cacheUid?: () => Promise<number | undefined>;
}

/** A context for the functions in a directory, without real checks and processes. */
export function quietContext(
  directory: TemporaryDirectory,
  options: QuietContextOptions = {},
): SupervisorContext {
  const { open = openQuietSandbox, check = passCheck, onRecord = () => {} } = options;
  const isolation: Isolation = {
    level: "none",
    ownerId: "000000",
    sweepOther: () => Promise.resolve(),
    cacheUid: options.cacheUid ?? (() => Promise.resolve(undefined)),
    dataDirectory: directory.at("data"),
    purge: () => Promise.resolve(),
    openSandbox: open,
    parking: [],
    describeStart: () => Promise.resolve(""),
    check: (source) => check(source.directory, source),
    codeTemplates: undefined,
    canRelocate: false,
    copy: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return {
    configure: () => Promise.resolve(),
    settings: completeSettings({
      functionsDirectory: directory.path,
      settleMs: 1,
      ...options.settings,
    }),
    isolation,
    owner: { tag: "000000", locks: [], succeed() {} },
    cacheOf: () => Promise.resolve(directory.path),
    cacheSweeper: { sweep: () => Promise.resolve() },
    checkResults: {
      find: () => Promise.resolve([]),
      record: (name) => Promise.resolve(onRecord(name)),
      forget: () => Promise.resolve(),
    },
    handStops: {
      present: new Map(),
      add: (_name, stop) => Promise.resolve(stop),
      end: () => Promise.resolve(),
      sweep: () => Promise.resolve(),
    },
    expiries: { present: new Map(), set: () => Promise.resolve(undefined) },
    keptStays: {
      find: () => undefined,
      record() {},
      forget: () => Promise.resolve(),
      saved: () => Promise.resolve(),
    },
    keptLocks: {
      keep: () => Promise.resolve("/locks/a.lock"),
      find: () => Promise.resolve(undefined),
      forget: () => Promise.resolve(),
    },
    keptPackages: {
      directoryOf: () => "/packages/a",
      keep: () => Promise.resolve(),
      find: () => Promise.resolve(undefined),
      hold: () => ({ [Symbol.dispose]() {} }),
      forget: () => Promise.resolve(),
    },
    keptCode: {
      choose: () => Promise.resolve(undefined),
      collect: () => Promise.resolve(),
      forget: () => Promise.resolve(),
    },
    sharedCode: { stop() {} },
    snapshots: {
      list: () => [],
      take: () => Promise.resolve(),
      forget: () => Promise.resolve(),
    },
    changes: openChangeStore({ directory: directory.at("history"), onWarning: () => {} }),
    schedules: openScheduleStore(directory.at("schedules")),
    variables: openVariableStore(directory.at("variables")),
    denoOf: () => Promise.resolve(ownDeno()),
    heldDomains: { before: new Map(), save: () => Promise.resolve() },
    purge: () => Promise.resolve(),
    checks: createCheckLane({ cores: 1 }),
    starts: createSemaphore(1),
    oneOffRuns: createOneOffRuns(),
    debugSessions: createDebugSessions(),
    predeploys: openPredeploys("/nonexistent"),
    parked: {
      park() {},
      keep() {},
      approach() {},
      take: () => Promise.resolve(undefined),
      parkingOf: () => undefined,
      discard: () => Promise.resolve(),
      makeRoom: () => Promise.resolve(),
      discardAll: () => Promise.resolve(0),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    [Symbol.asyncDispose]: () => isolation[Symbol.asyncDispose](),
  };
}

function passCheck(directory: string): Promise<CheckResult> {
  const modules = [join(directory, "index.ts"), join(directory, "lib.ts")];
  return Promise.resolve({ diagnostics: undefined, modules });
}

/** Activity of an instance that only answers requests. */
export const quietActivity: ActivityFiles = { read: () => NO_ACTIVITY, changeTurn() {} };

/** A sandbox whose process does not listen, and ends when it is stopped. */
export function openQuietSandbox(): Promise<Sandbox> {
  const ended = Promise.withResolvers<Exit>();
  const end = (): Promise<void> => {
    ended.resolve({ code: 0, signal: undefined });
    return Promise.resolve();
  };
  return Promise.resolve({
    namespace: undefined,
    spawn: () =>
      Promise.resolve({
        process: {
          ended: ended.promise,
          approach: () => Promise.resolve(),
          release: () => Promise.resolve(),
          findPid: () => Promise.resolve(1),
          terminate: end,
          kill: end,
        },
        activity: quietActivity,
        problems: [],
        findEndpoint: () => Promise.resolve({ hostname: "127.0.0.1", port: 1 }),
        explain: () => Promise.resolve(undefined),
      }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}
