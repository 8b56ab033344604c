import type { Failure } from "../../lib/supervisor/state.ts";
import { failure } from "./function_states.ts";
import { fateOf, type Folder, type KnownModules, revisionOf } from "./lifecycle_folders.ts";

/**
 * Effect of the world on the next step of an attempt; the function is not to blame for a fault.
 * Without a network, a check does not get the modules that it needs.
 */
export type Luck = "good" | "start" | "host" | "network";

/** Result of an attempt, as `checkAndStart()` returns it. */
export type Outcome =
  | { readonly type: "ready"; readonly hasIdlePolicy: boolean }
  | { readonly type: "registered"; readonly isServed?: true }
  | { readonly type: "aborted" }
  | { readonly type: "failed"; readonly failure: Failure };

/** Inputs and callbacks of an attempt. */
export interface AttemptOptions {
  readonly requested: string;
  /** Failure of the same revision, which would fail again. */
  readonly known: Failure | undefined;
  readonly knownModules: KnownModules | undefined;
  readonly folder: () => Folder | undefined;
  readonly isAborted: () => boolean;
  readonly isNeeded: () => boolean;
  /** Returns the revision that serves already and needs no second start. */
  readonly servedRevision: () => string | undefined;
  readonly onChecked: (revision: string, modules: KnownModules) => void;
  readonly onSpawned: () => void;
}

/** One attempt to launch an instance. The world may change whenever it pauses. */
export function* attempt(options: AttemptOptions): Generator<void, Outcome, Luck> {
  const { requested, folder, isAborted } = options;
  const failed = (
    stage: "manifest" | "check" | "start" | "host",
    revision = requested,
    isTransient = stage === "host",
  ): Outcome =>
    isAborted()
      ? { type: "aborted" }
      : { type: "failed", failure: failure(stage, { revision, isTransient }) };
  const luckOfManifest = yield;
  if (options.known !== undefined) return { type: "failed", failure: options.known };
  if (luckOfManifest === "host") return failed("host");
  let checked: Folder | undefined;
  let luckOfCheck: Luck;
  do {
    checked = folder();
    if (fateOf(checked).verdict === "manifest") {
      return failed("manifest", revisionOf(checked, options.knownModules));
    }
    luckOfCheck = yield;
    if (luckOfCheck === "host") return failed("host");
    if (isAborted()) return { type: "aborted" };
  } while (checked !== folder());
  const { verdict, hasIdlePolicy } = fateOf(checked);
  const isUnfetched = luckOfCheck === "network";
  const modules = { isComplete: verdict !== "check" && !isUnfetched };
  const revision = revisionOf(checked, modules);
  options.onChecked(revision, modules);
  if (isUnfetched) return failed("check", revision, true);
  if (verdict === "check") return failed("check", revision);
  if (revision === options.servedRevision()) return { type: "registered", isServed: true };
  if (hasIdlePolicy && !options.isNeeded()) return { type: "registered" };
  // An unexpected error has no result of a check.
  if ((yield) === "host") return failed("host");
  if (isAborted()) return { type: "aborted" };
  options.onSpawned();
  const luck = yield;
  if (luck === "host") return failed("host");
  return verdict === "start" || luck === "start"
    ? failed("start", revision)
    : { type: "ready", hasIdlePolicy };
}
