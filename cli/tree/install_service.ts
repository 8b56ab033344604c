import { type Command, Option } from "@commander-js/extra-typings";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";

const { functionsDirectory } = SERVER_SETTINGS;

/** Where systemd looks for units of the host's own. */
const UNIT_PATH = "/etc/systemd/system/ddsrv.service";

/** Declares `ddsrv install-service`. */
export function addInstallService(program: Command, onExit: OnExit): void {
  const installing = program.command("install-service")
    .description("write a systemd unit that serves a directory from the start of the host")
    .argument(
      "[directory]",
      "the functions directory",
      functionsDirectory.default,
    )
    .option("--path <path>", "the unit's file", UNIT_PATH)
    .option("--force", "write over a unit that ddsrv did not make")
    .addOption(new Option("--print", "print the unit, and write nothing").conflicts("force"))
    .action(async (directory, options) => {
      const { installService } = await import("../commands/install_service.ts");
      onExit(await installService(directory, options));
    });
  withExamples(installing, [
    ["ddsrv install-service --print", "What it would write, with reasons"],
    [
      "sudo ddsrv install-service && sudo systemctl enable --now ddsrv",
      `Serve ${functionsDirectory.default} from now on`,
    ],
  ]);
}
