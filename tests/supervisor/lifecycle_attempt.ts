import { fateOf, type Folder, type KnownModules, revisionOf } from "./lifecycle_folders.ts";

/**
 * What the world does to an attempt at its next step; a fault is no fault of the function's. Without
 * a network, a check does not get the modules that it needs.
 */
export type Luck = "good" | "start" | "host" | "network";

/** What comes of an attempt, as `checkAndStart()` tells it. */
export type Outcome =
  | { readonly type: "ready"; readonly hasIdlePolicy: boolean }
  | { readonly type: "registered" | "aborted" }
  | {
    readonly type: "failed";
    readonly stage: "manifest" | "check" | "start" | "host";
    readonly revision: string;
    readonly isTransient: boolean;
  };

/** What an attempt sees of the world, and whom it tells. */
export interface AttemptOptions {
  readonly requested: string;
  readonly knownModules: KnownModules | undefined;
  readonly folder: () => Folder | undefined;
  readonly isAborted: () => boolean;
  readonly isNeeded: () => boolean;
  readonly onChecked: (revision: string, modules: KnownModules) => void;
  readonly onSpawned: () => void;
}

/** One attempt to open an instance. Wherever it pauses, the world may move on. */
export function* attempt(options: AttemptOptions): Generator<void, Outcome, Luck> {
  const { requested, folder, isAborted } = options;
  const failed = (
    stage: "manifest" | "check" | "start" | "host",
    revision = requested,
    isTransient = stage === "host",
  ): Outcome =>
    isAborted() ? { type: "aborted" } : { type: "failed", stage, revision, isTransient };
  if ((yield) === "host") return failed("host");
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
  if (hasIdlePolicy && !options.isNeeded()) return { type: "registered" };
  // What fails with an error, outside of all that is expected, knows of no check.
  if ((yield) === "host") return failed("host");
  if (isAborted()) return { type: "aborted" };
  options.onSpawned();
  const luck = yield;
  if (luck === "host") return failed("host");
  return verdict === "start" || luck === "start"
    ? failed("start", revision)
    : { type: "ready", hasIdlePolicy };
}
