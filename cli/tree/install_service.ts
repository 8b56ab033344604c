import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import type { OnExit } from "../exit_code.ts";
import { UNIT_PATH } from "../service/unit.ts";
import { parseListenAddress } from "../service/socket_unit.ts";
import { withExamples } from "./examples.ts";

const { functionsDirectory } = SERVER_SETTINGS;

/** Declares `ddsrv install-service`. */
export function addInstallService(program: Command, onExit: OnExit): void {
  const installing = program.command("install-service")
    .description("write a systemd unit that serves a directory at boot")
    .argument("[directory]", "functions directory", functionsDirectory.default)
    .option("--path <path>", "write the unit to this file", UNIT_PATH)
    .addOption(
      new Option("--listen <address>", "also write a socket unit for this port or IP address:port")
        .argParser(parseListen),
    )
    .option("--force", "overwrite a unit that ddsrv did not create")
    .addOption(new Option("--print", "print the unit instead of writing it").conflicts("force"))
    .action(async (directory, options) => {
      const { installService } = await import("../commands/install_service.ts");
      onExit(await installService(directory, options));
    });
  withExamples(installing, [
    ["ddsrv install-service --print", "Show the unit, with a reason for each setting"],
    [
      "sudo ddsrv install-service && sudo systemctl enable --now ddsrv",
      `Serve ${functionsDirectory.default} now and after every boot`,
    ],
    [
      "sudo ddsrv install-service --listen 80",
      "Let systemd keep the listening socket, so that no restart refuses a connection",
    ],
  ]);
}

function parseListen(text: string): string {
  const address = parseListenAddress(text);
  if (address !== undefined) return address;
  throw new InvalidArgumentError("Give a port such as 80, or an address such as [::]:80.");
}
