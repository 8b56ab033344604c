import type { Fault } from "./http1/fault.ts";

/** Result of an exchange for the client's connection. */
export type Outcome =
  /** The response is complete, and the connection can carry the next request. */
  | { readonly type: "persistent" }
  /** The connection must be closed. `isLingering`: the client may still be sending, and gets its
   * response only if the proxy reads that first. */
  | { readonly type: "close"; readonly isLingering: boolean }
  /** Nothing was sent yet; the caller must answer with the fault. */
  | { readonly type: "fault"; readonly fault: Fault };

/** Close the connection. */
export const CLOSE: Outcome = { type: "close", isLingering: false };

/** Close the connection after reading what the client still sends. */
export const LINGER: Outcome = { type: "close", isLingering: true };

/** Keep the connection open. */
export const PERSISTENT: Outcome = { type: "persistent" };

/** Answer with the fault. */
export function refuse(fault: Fault): Outcome {
  return { type: "fault", fault };
}
