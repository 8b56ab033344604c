import type { Processes } from "./processes.ts";

/** What a scenario is measured with. */
export interface Bench {
  /** For configurations and scripts. */
  readonly directory: string;
  readonly processes: Processes;
  /** Rounds that count; one more goes before them. */
  readonly rounds: number;
  /** How long one subject is under load in one round. */
  readonly seconds: number;
  readonly say: (text: string) => void;
}
