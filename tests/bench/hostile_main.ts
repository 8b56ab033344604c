// Measures the latency of a neighbour while a folder is hostile, in a separate network namespace.
// It prints figures and asserts nothing, because figures depend on the machine.
import { runInOwnNetwork } from "./own_network.ts";

Deno.exit(await runInOwnNetwork("tests/bench/hostile/measures.ts"));
