import { functionUrl } from "../../lib/control/report.ts";
import { withAdvice } from "../../lib/supervisor/advice.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import { nextTryMs } from "../../lib/supervisor/retry.ts";
import { describeDuration } from "../../lib/system/describe_duration.ts";

/** A change of a function's state, for the console. */
export interface Change {
  readonly event:
    | "checking"
    | "starting"
    | "ready"
    | "idle"
    | "failed"
    | "hung"
    | "backoff"
    | "stopping"
    | "stopped"
    | "scheduled";
  /** Text after the function's name. */
  readonly message: string;
  /** Diagnostics, or output lines of the function. */
  readonly details: readonly string[];
  /** Advice of ddsrv, which follows the details. */
  readonly advice?: readonly string[];
  /** The details are lines of the function, which the console has already shown. */
  readonly isRepeat: boolean;
}

/** Describes the difference between two states of a function, in chronological order. */
export function describeChange(
  before: FunctionState | undefined,
  after: FunctionState | undefined,
  baseUrl: string,
): Change[] {
  if (after === undefined) return [change("stopped", "stopped")];
  if (after.stoppedByHand !== undefined) return handStopOf(before, after);
  const failed = [
    ...hangOf(before, after),
    ...failureOf(before, after),
    ...retryOf(before, after),
  ];
  const { serving, candidate } = after;
  if (serving !== undefined && serving.id !== before?.serving?.id) {
    const revision = serving.revision?.slice(0, 12) ?? "";
    const which = serving.isSnapshot ? "last good revision" : "revision";
    const url = functionUrl(baseUrl, after.name);
    return [...failed, change("ready", `ready at ${url} (${which} ${revision})`)];
  }
  const phase = candidate?.phase;
  if (phase !== undefined && phase !== before?.candidate?.phase) {
    return [...failed, change(phase === "checking" ? "checking" : "starting", phase)];
  }
  if (after.isIdle && before?.isIdle !== true) {
    return [...failed, change("idle", "idle until its next request")];
  }
  if (!after.isWanted && before?.isWanted && after.leaving.length > 0) {
    return [...failed, change("stopping", "stopping")];
  }
  return failed;
}

function handStopOf(before: FunctionState | undefined, after: FunctionState): Change[] {
  const wasEnding = before?.stoppedByHand === undefined || before.leaving.length > 0;
  if (after.leaving.length === 0) return wasEnding ? [change("stopped", "stopped by hand")] : [];
  return before?.stoppedByHand === undefined ? [change("stopping", "stopping by hand")] : [];
}

function retryOf(before: FunctionState | undefined, after: FunctionState): Change[] {
  const { backoff } = after;
  if (backoff === undefined || backoff === before?.backoff) return [];
  // The first replacement of a hung instance starts at once.
  if (nextTryMs(after) === undefined) return [];
  return [change("backoff", `retries in ${describeDuration(backoff.delayMs)}`)];
}

/** Describes an instance that hangs or responds again; its replacement has its own changes. */
function hangOf(before: FunctionState | undefined, after: FunctionState): Change[] {
  const { serving } = after;
  const [had, has] = [before?.serving?.hang, serving?.hang];
  if (had === has || serving?.id !== before?.serving?.id) return [];
  return [
    has === undefined ? change("ready", "answers again") : {
      event: "hung",
      message: `hangs: ${has.reason}`,
      details: linesOf(has.detail),
      isRepeat: true,
    },
  ];
}

function failureOf(before: FunctionState | undefined, after: FunctionState): Change[] {
  const { failure, serving } = after;
  if (failure === undefined || failure === before?.failure) return [];
  const kept = serving === undefined || serving.hang !== undefined
    ? ""
    : " (the old revision keeps serving)";
  const message = `failed: ${failure.reason}${kept}`;
  const isRepeat = failure.stage === "start" || failure.stage === "exit";
  const details = linesOf(failure.detail);
  const advice = linesOf(withAdvice("", failure.advice));
  return [{ event: "failed", message, details, advice, isRepeat }];
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function change(event: Change["event"], message: string): Change {
  return { event, message, details: [], isRepeat: false };
}
