// Runs the measures in a network of their own, as the tests are run. They are printed, and nothing
// is asserted: what a machine can do is no fault of the code.
import { runInOwnNetwork } from "./own_network.ts";

Deno.exit(await runInOwnNetwork("tests/bench/measures.ts"));
