import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv schedules`. */
export function addSchedules(program: Command, onExit: OnExit): void {
  const listing = program.command("schedules")
    .description(
      "list the schedules of functions, or run one now\n\n" +
        "A function's manifest names its schedules. With run, a function and a schedule, ddsrv " +
        "sends the request now, waits for the end of the run, and fails if the run fails.",
    )
    .summary("list the schedules of functions, or run one now")
    .argument("[name]", "name of a function, or run", undefined)
    .argument("[function]", "with run: name of the function")
    .argument("[schedule]", "with run: name of the schedule")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (name, owner, schedule, options) => {
      const { schedules } = await import("../commands/schedules.ts");
      onExit(
        await schedules([name, owner, schedule].filter((word) => word !== undefined), options),
      );
    });
  withExamples(listing, [
    ["ddsrv schedules", "List all schedules with their last and next runs"],
    ["ddsrv schedules shop", "List the schedules of a function"],
    ["ddsrv schedules run shop report", "Run a schedule now"],
  ]);
}
