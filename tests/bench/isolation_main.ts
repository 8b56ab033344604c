// Measures the cost of isolation compared to a bare `deno run`, in a separate network namespace. It
// prints figures and asserts nothing, because figures depend on the machine.
import { runInOwnNetwork } from "./own_network.ts";

Deno.exit(await runInOwnNetwork("tests/bench/isolation/measures.ts"));
