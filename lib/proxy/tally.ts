import type { FaultCode } from "./http1/fault.ts";

/** Figures of one request, for logs and metrics. Reused for the client's next request. */
export interface Tally {
  functionName: string | undefined;
  /** Times when the request head and the response head were complete; 0 if not yet. */
  beganAtMs: number;
  answeredAtMs: number;
  requestId: string | undefined;
  /** Status sent to the client; 0 if none was sent. */
  status: number;
  /** Bytes of the response head and of interim responses. */
  headBytes: number;
  /** Reason why the function did not answer, or not completely. */
  error: FaultCode | undefined;
  /** It is for the instance of a debug session, which may be paused for any time. */
  isDebug: boolean;
}

/** Creates an empty tally. */
export function createTally(): Tally {
  return {
    functionName: undefined,
    beganAtMs: 0,
    answeredAtMs: 0,
    requestId: undefined,
    status: 0,
    headBytes: 0,
    error: undefined,
    isDebug: false,
  };
}

/** Resets a tally. */
export function clearTally(tally: Tally): void {
  tally.isDebug = false;
  tally.functionName = tally.requestId = tally.error = undefined;
  tally.status =
    tally.headBytes =
    tally.beganAtMs =
    tally.answeredAtMs =
      0;
}
