import type { Command } from "@commander-js/extra-typings";
import { ISOLATION_LEVELS } from "../../lib/config/isolation_level.ts";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { jsonOption, setting } from "./options.ts";

/** Declares `ddsrv doctor`. */
export function addDoctor(program: Command, onExit: OnExit): void {
  const examining = program.command("doctor")
    .description("say what this host offers and lacks for isolation, and what to do")
    .addOption(
      setting("--isolation <level>", "the level that is wanted", {
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
    ["ddsrv doctor", "Before the first serve, or when it refuses to start"],
    ["ddsrv doctor --isolation rootless", "What there is for serving without root"],
  ]);
}
