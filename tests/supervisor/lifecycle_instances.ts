import type { Failure } from "../../lib/supervisor/state.ts";
import type { AttemptOptions, Luck, Outcome } from "./lifecycle_attempt.ts";
import type { Folder } from "./lifecycle_folders.ts";

/** An attempt to launch an instance, until its outcome is delivered. */
export interface ModelAttempt {
  readonly name: string;
  /** Number of reloads before it. */
  readonly reloads: number;
  readonly options: AttemptOptions;
  readonly steps: Generator<void, Outcome, Luck>;
  /** The snapshot that it starts, and the failure of the folder. */
  readonly inPlaceOf?: { readonly source: Folder; readonly failure: Failure };
  isAborted: boolean;
  isDone: boolean;
}

/** An instance that was ready, until it is closed. */
export interface ModelInstance {
  readonly name: string;
  /** Number of reloads before its launch. */
  readonly reloads: number;
  readonly hasIdlePolicy: boolean;
  hasEnded: boolean;
  isClosing: boolean;
}
