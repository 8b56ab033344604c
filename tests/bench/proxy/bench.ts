import type { PartResult } from "./figures.ts";
import type { Processes } from "./processes.ts";
import type { Proxy } from "./proxies.ts";
import type { Tool } from "./tools.ts";

/** Parameters of all parts. */
export interface Bench {
  /** Directory for configurations and scripts. */
  readonly directory: string;
  readonly processes: Processes;
  /** Running proxies. */
  readonly proxies: readonly Proxy[];
  readonly connections: readonly number[];
  readonly rounds: number;
  /** Factor of the duration of all loads. */
  readonly scale: number;
}

/** A part of the benchmark. */
export interface Part {
  /** True if it runs when no part is named. */
  readonly isDefault: boolean;
  /** Program that it needs. */
  readonly needs?: Tool;
  readonly run: (bench: Bench) => Promise<PartResult>;
}
