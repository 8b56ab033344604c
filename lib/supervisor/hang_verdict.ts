import type { MainThread } from "../process/main_thread.ts";

/** Counts of an instance's requests, compared between two looks. */
export interface HangSigns {
  /** Requests that have no answer yet. */
  readonly waiting: number;
  /** Requests in all. */
  readonly requests: number;
  /** Answers that have begun, in all. */
  readonly answers: number;
}

/** State of an instance by the kernel, read when its requests go unanswered. */
export interface HangEvidence {
  readonly thread: MainThread;
  /** Whether the supervisor's own connection still waits to be accepted; `unknown`: can't be told. */
  readonly connection: "waits" | "accepted" | "unknown";
}

/** Result of the looks at an instance so far. */
export type HangPhase =
  | { readonly type: "well" }
  /** Looks in a row at which its event loop was held. */
  | { readonly type: "suspect"; readonly looks: number }
  | { readonly type: "hung" };

/** Looks at an instance within its `hangTimeout`. */
export const HANG_LOOKS = 6;

/**
 * Whether an instance's requests call for evidence: since the last look none was answered, and some
 * wait, or came and went unanswered. Everything else is well, and costs three comparisons.
 */
export function callsForEvidence(before: HangSigns, now: HangSigns): boolean {
  if (now.answers !== before.answers) return false;
  return now.waiting > 0 || now.requests !== before.requests;
}

/**
 * The next phase, from the one before and the evidence of one look.
 *
 * An event loop that turns accepts connections, whatever its handlers wait for: streams, long polls,
 * uploads that are read slowly and work in other threads are well. So is a main thread that waits
 * for events, where a server of its own accepts one client after the other. Where the kernel tells
 * too little, nothing is held against the instance.
 *
 * Looks are counted, and not time: while the whole host stands still, there are none.
 */
export function judgeHang(phase: HangPhase, { thread, connection }: HangEvidence): HangPhase {
  if (thread !== "busy" || connection !== "waits") return { type: "well" };
  if (phase.type === "hung") return phase;
  const looks = phase.type === "suspect" ? phase.looks + 1 : 1;
  return looks < HANG_LOOKS ? { type: "suspect", looks } : { type: "hung" };
}
