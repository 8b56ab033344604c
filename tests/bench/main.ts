// Runs the measures in a separate network namespace, like the tests. It prints figures and asserts
// nothing, because figures depend on the machine.
import { runInOwnNetwork } from "./own_network.ts";

Deno.exit(await runInOwnNetwork("tests/bench/measures.ts"));
