import type { FaultCode } from "./http1/fault.ts";

/** What became of one request, as far as a log wants to know. Reused for the next one. */
export interface Tally {
  functionName: string | undefined;
  /** When its head was there, and when the head of its answer was; 0 while there is none. */
  beganAtMs: number;
  answeredAtMs: number;
  requestId: string | undefined;
  /** Status that the client got; 0 when it got none. */
  status: number;
  /** Bytes of the answer's head, and of interim ones. */
  headBytes: number;
  /** Why the function did not answer, or not to the end. */
  error: FaultCode | undefined;
}

/** A tally of nothing. */
export function createTally(): Tally {
  return {
    functionName: undefined,
    beganAtMs: 0,
    answeredAtMs: 0,
    requestId: undefined,
    status: 0,
    headBytes: 0,
    error: undefined,
  };
}

/** Makes it one of nothing again. */
export function clearTally(tally: Tally): void {
  tally.functionName = tally.requestId = tally.error = undefined;
  tally.status =
    tally.headBytes =
    tally.beganAtMs =
    tally.answeredAtMs =
      0;
}
