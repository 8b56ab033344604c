import { say } from "../isolation/figures.ts";
import { measureBoot } from "./boot.ts";
import { measureChange } from "./change.ts";
import { measureFootprint } from "./footprint.ts";
import { measurePhases } from "./phases.ts";
import { measureWake } from "./wake.ts";

say("Medians in milliseconds, where nothing else is said.");
await measurePhases();
await measureWake();
await measureChange();
await measureBoot(100);
await measureFootprint(1_000, ["--idle", "1h", "--no-check"]);
await measureFootprint(100, ["--no-check"]);
