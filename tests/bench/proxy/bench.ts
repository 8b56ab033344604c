import type { Processes } from "./processes.ts";

/** Parameters of all scenarios. */
export interface Bench {
  /** Directory for configurations and scripts. */
  readonly directory: string;
  readonly processes: Processes;
  /** Number of measured rounds; a warm-up round precedes them. */
  readonly rounds: number;
  /** Duration of the load on one subject in one round. */
  readonly seconds: number;
  readonly say: (text: string) => void;
}
