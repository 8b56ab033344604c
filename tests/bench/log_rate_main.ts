// Measures the latency of a neighbour while a function floods its log, for several limits, in a
// separate network namespace. It prints figures and asserts nothing, because figures depend on the
// machine. Arguments: lines a second (30000, Infinity), and limits.
import { runInOwnNetwork } from "./own_network.ts";

Deno.exit(await runInOwnNetwork("tests/bench/log_rate/measures.ts", { args: Deno.args }));
