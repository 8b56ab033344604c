import type { Command } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { UNIT_PATH } from "../service/unit.ts";

/** Declares `ddsrv uninstall-service`. */
export function addUninstallService(program: Command, onExit: OnExit): void {
  const uninstalling = program.command("uninstall-service")
    .description("stop and disable the systemd service, and remove its unit; data stays")
    .option("--path <path>", "the unit's file, as install-service wrote it", UNIT_PATH)
    .action(async (options) => {
      const { uninstallService } = await import("../commands/uninstall_service.ts");
      onExit(await uninstallService(options));
    });
  withExamples(uninstalling, [
    ["sudo ddsrv uninstall-service", "Remove the service, and say where the data is"],
  ]);
}
