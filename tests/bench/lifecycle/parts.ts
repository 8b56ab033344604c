import { measureBoot } from "./boot.ts";
import { measureChange } from "./change.ts";
import { measureCommandLine } from "./command_line.ts";
import type { Row } from "./figure.ts";
import { measureEventCost, measureFootprint } from "./footprint.ts";
import { measureFresh } from "./fresh.ts";
import { measureMixed } from "./mixed.ts";
import { measurePackages } from "./packages.ts";
import { measurePhases } from "./phases.ts";
import { collectRows } from "./table.ts";
import { measureThousand } from "./thousand.ts";
import { measureWake } from "./wake.ts";

/** Measures one part of the benchmark, and ends all that it starts. */
export type Measure = () => Promise<readonly Row[]>;

/** Parts by the name that the command line chooses them by, in the order that they run. */
export const PARTS: Readonly<Record<string, Measure>> = {
  cli: measureCommandLine,
  phases: measurePhases,
  wake: measureWake,
  fresh: measureFresh,
  packages: measurePackages,
  change: measureChange,
  mixed: measureMixed,
  boot: measureBoot,
  footprint: () =>
    collectRows(async () => {
      await measureFootprint(1_000, ["--idle", "1h", "--no-check"]);
      await measureFootprint(100, ["--no-check"]);
    }),
  events: () => collectRows(() => measureEventCost([10, 100, 1_000, 5_000])),
  thousand: () => collectRows(() => measureThousand()),
};
