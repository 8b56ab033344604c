import type { Command } from "@commander-js/extra-typings";
import { ISOLATION_LEVELS } from "../../lib/config/isolation_level.ts";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, setting } from "./options.ts";

/** Declares `ddsrv doctor`. */
export function addDoctor(program: Command, onExit: OnExit): void {
  const examining = program.command("doctor")
    .description("check whether this host supports isolation, and say how to fix problems")
    .addOption(
      setting("--isolation <level>", "check the host for this isolation level", {
        default: SERVER_SETTINGS.isolation.default,
      })
        .choices(ISOLATION_LEVELS),
    )
    .addOption(jsonOption)
    .action(async (options) => {
      const { doctor } = await import("../commands/doctor.ts");
      onExit(await doctor(options));
    });
  withExamples(examining, [
    ["ddsrv doctor", "Check the host before the first serve, or when serve does not start"],
    ["ddsrv doctor --isolation rootless", "Check whether functions can run without root"],
  ]);
}
