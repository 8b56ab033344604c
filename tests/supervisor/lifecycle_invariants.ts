import assert from "node:assert/strict";
import type { FunctionState } from "../../lib/supervisor/state.ts";
import type { Event, Step } from "../../lib/supervisor/step.ts";

/** Asserts the invariants of a function at any time. */
export function assertSound(state: FunctionState): void {
  const { serving, candidate, leaving, isIdle, isWanted, backoff, failure, stoppedByHand } = state;
  const ids = idsOf(state);
  assert.equal(new Set(ids).size, ids.length, "an instance is in two places");
  assert.ok(serving === undefined || serving.phase === "ready");
  for (const { phase } of leaving) assert.match(phase, /^(draining|stopping)$/);
  assert.ok(!isIdle || (serving === undefined && candidate === undefined), "idle, and at work");
  const isRetried = backoff !== undefined && failure?.isTransient !== true;
  assert.ok(!isIdle || !isRetried, "idle, and about to be started again");
  if (!isWanted) {
    const rest = [serving, candidate, backoff, stoppedByHand, isIdle];
    const nothing = [undefined, undefined, undefined, undefined, false];
    assert.deepEqual(rest, nothing, "more than leaving is left");
    assert.ok(leaving.length > 0, "the state remains although nothing is left");
    return;
  }
  if (stoppedByHand !== undefined) {
    const rest = [serving, candidate, backoff, failure, isIdle];
    const nothing = [undefined, undefined, undefined, undefined, false];
    assert.deepEqual(rest, nothing, "stopped by hand, and at work");
    return;
  }
  const hasWayForward = serving ?? candidate ?? backoff;
  const isOwnFault = failure !== undefined && !failure.isTransient;
  assert.ok(hasWayForward !== undefined || isIdle || isOwnFault, "nothing will ever come of it");
  const isHung = serving?.hang !== undefined && candidate === undefined;
  assert.ok(!isHung || backoff !== undefined || isOwnFault, "it hangs, and nothing replaces it");
  assert.ok(
    failure?.isTransient !== true || candidate !== undefined || backoff !== undefined || isIdle ||
      failure.stage === "exit",
    "what may pass is not tried again",
  );
  for (const { hang } of [candidate, ...leaving].filter((one) => one !== undefined)) {
    assert.ok(hang === undefined || candidate?.hang === undefined, "what starts can't hang yet");
  }
}

/**
 * Asserts the invariants of a step: an instance is forgotten only after its own end; a replaced one
 * is closed once; and a new one is launched.
 */
export function assertNothingLost(
  before: FunctionState | undefined,
  event: Event,
  { state: after, effects }: Step,
): void {
  const [had, has] = [idsOf(before), idsOf(after)];
  const opened = effects.filter(({ type }) => type === "launch").map(({ id }) => id);
  assert.deepEqual(has.filter((id) => !had.includes(id)), opened, "what appears is opened");
  for (const id of had.filter((id) => !has.includes(id))) {
    const isItsEnd = ["closed", "failed", "registered"].includes(event.type) && "id" in event &&
      event.id === id;
    assert.ok(isItsEnd, `instance ${id} is lost`);
  }
  const left = leavingOf(before);
  const closed = effects.filter(({ type }) => type === "close").map(({ id }) => id);
  const leaves = leavingOf(after).filter((id) => !left.includes(id));
  assert.deepEqual(closed.sort(), leaves.sort(), "what leaves is closed");
}

/** Asserts that an event has an effect only in a phase of its instance in which it can happen. */
export function assertHeeded(
  before: FunctionState | undefined,
  event: Event,
  { state: after, effects }: Step,
): void {
  if (!("id" in event) || event.type === "closed") return;
  const isOfServing = ["exited", "unused", "hung", "recovered"].includes(event.type);
  const place = isOfServing ? before?.serving : before?.candidate;
  if (place?.id === event.id) return;
  assert.deepEqual([after, effects], [before, []], `${event.type} of an instance that is none`);
}

/** A function's instances: serving, candidate and leaving. */
export function idsOf(state: FunctionState | undefined): number[] {
  const held = [state?.serving, state?.candidate].filter((one) => one !== undefined);
  return [...held.map(({ id }) => id), ...leavingOf(state)];
}

function leavingOf(state: FunctionState | undefined): number[] {
  return state?.leaving.map(({ id }) => id) ?? [];
}
