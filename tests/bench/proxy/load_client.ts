// Puts a server under load and prints the result as a line of JSON. Argument: the load as JSON.
import { type BusyLoad, type BusyResult, runBusyLoad } from "./busy_load.ts";
import { type EventLoad, type EventResult, runEventLoad } from "./event_load.ts";
import { runVisitorLoad, type VisitorLoad, type VisitorResult } from "./visitor_load.ts";

function run(load: BusyLoad | EventLoad | VisitorLoad): BusyResult | EventResult | VisitorResult {
  switch (load.type) {
    case "busy":
      return runBusyLoad(load);
    case "events":
      return runEventLoad(load);
    case "visitor":
      return runVisitorLoad(load);
    default:
      return load satisfies never;
  }
}

const result = run(JSON.parse(Deno.args[0]!));
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
Deno.exit();
