// Measures how a neighbour is answered while a folder is hostile, in a network of its own. Figures
// are printed, and nothing is asserted: what a machine can do is no fault of the code.
import { runInOwnNetwork } from "./own_network.ts";

Deno.exit(await runInOwnNetwork("tests/bench/hostile/measures.ts"));
