import type { Bench } from "./bench.ts";
import { renderFigures } from "./figures.ts";
import { measureLoad, renderErrors } from "./load.ts";
import { LOAD_SCENARIOS, REQUEST_FIGURES } from "./load_scenarios.ts";
import { openDdsrv, openDdsrvPair } from "./subjects.ts";

/** Compares one ddsrv with two that share a port, to learn if a second process is worth it. */
export async function runWorkers(bench: Bench): Promise<void> {
  const subjects = [await openDdsrv(bench), await openDdsrvPair(bench)];
  try {
    const { load } = LOAD_SCENARIOS.small;
    const samples = await measureLoad(bench, subjects, load);
    bench.say(
      `workers: small requests as above, one process and two with SO_REUSEPORT, on ` +
        `${navigator.hardwareConcurrency} cores that the load and the origin use as well`,
    );
    bench.say(renderErrors(samples) + renderFigures(samples, REQUEST_FIGURES, "ddsrv"));
  } finally {
    for (const { children } of subjects) {
      for (const child of children) await bench.processes.stop(child);
    }
  }
}
