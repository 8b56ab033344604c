import type { Fault } from "./http1/fault.ts";

/** How an exchange ended, for the connection that the request came by. */
export type Outcome =
  /** Answered to the end; the next request may come. */
  | { readonly type: "persistent" }
  /** Nothing more can be sent or read on this connection; `isLingering`: the client may still be
   * sending, and must be let finish to see its answer. */
  | { readonly type: "close"; readonly isLingering: boolean }
  /** Nothing has been sent yet; the connection's owner answers with the fault. */
  | { readonly type: "fault"; readonly fault: Fault };

/** Both sides are done with the connection. */
export const CLOSE: Outcome = { type: "close", isLingering: false };

/** The client may still be sending. */
export const LINGER: Outcome = { type: "close", isLingering: true };

/** The next request may come. */
export const PERSISTENT: Outcome = { type: "persistent" };

/** The connection's owner answers with the fault. */
export function refuse(fault: Fault): Outcome {
  return { type: "fault", fault };
}
