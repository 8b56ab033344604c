import type { MainThread } from "../process/main_thread.ts";

/** Counts of an instance's requests; two samples are compared. */
export interface HangSigns {
  /** Requests without an answer yet. */
  readonly waiting: number;
  /** Total number of requests. */
  readonly requests: number;
  /** Total number of answers that have begun. */
  readonly answers: number;
}

/** State of an instance according to the kernel, read while its requests get no answer. */
export interface HangEvidence {
  readonly thread: MainThread;
  /** `waits` while the instance has not accepted the supervisor's own connection. */
  readonly connection: "waits" | "accepted" | "unknown";
}

/** Result of the samples so far. */
export type HangPhase =
  | { readonly type: "well" }
  /** Number of samples in a row at which the event loop was blocked. */
  | { readonly type: "suspect"; readonly samples: number }
  | { readonly type: "hung" };

/** Number of samples within `hangTimeout`. */
export const HANG_SAMPLES = 6;

/**
 * Returns true if the kernel must be asked: since the last sample no request was answered, and some
 * wait, or ended without an answer. Otherwise the instance is well, at the cost of three
 * comparisons.
 */
export function needsEvidence(before: HangSigns, now: HangSigns): boolean {
  if (now.answers !== before.answers) return false;
  return now.waiting > 0 || now.requests !== before.requests;
}

/**
 * Returns the next phase, from the last one and the evidence of one sample.
 *
 * An event loop that runs accepts connections, even while its handlers wait: streams, long polls,
 * slow uploads and work in other threads are well. A main thread that waits for events is well too,
 * for example in a server that accepts one client after the other. If the kernel reports too
 * little, the instance counts as well.
 *
 * Counts samples and not time: while the whole host stands still, there are no samples.
 */
export function judgeHang(phase: HangPhase, { thread, connection }: HangEvidence): HangPhase {
  if (thread !== "busy" || connection !== "waits") return { type: "well" };
  if (phase.type === "hung") return phase;
  const samples = phase.type === "suspect" ? phase.samples + 1 : 1;
  return samples < HANG_SAMPLES ? { type: "suspect", samples } : { type: "hung" };
}
