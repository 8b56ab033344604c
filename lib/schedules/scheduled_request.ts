import type { Schedule } from "../config/schedule.ts";

/** One attempt of a run, to send. */
export interface ScheduledRequest {
  readonly function: string;
  readonly schedule: Schedule;
  readonly tickMs: number;
  readonly signal: AbortSignal;
}
