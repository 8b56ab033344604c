import { type Command, Option } from "@commander-js/extra-typings";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import { parseInspect } from "../../lib/dev/inspect_address.ts";
import type { OnExit } from "../exit_code.ts";
import { argument } from "./argument.ts";
import { withExamples } from "./examples.ts";

/** Declares `ddsrv dev`. */
export function addDev(program: Command, onExit: OnExit): void {
  const developing = program.command("dev")
    .description("serve functions while you write them; needs no root and no set-up")
    .argument("[path]", "folder of a function, or a directory of functions", ".")
    .addOption(
      new Option("-p, --port <port>", "listen on this port, or on the next free one")
        .argParser(argument(SERVER_SETTINGS.port.kind.parse))
        .default(SERVER_SETTINGS.port.default),
    )
    .addOption(
      new Option("--host <address>", "listen on this address").default("127.0.0.1"),
    )
    .addOption(
      new Option("--inspect [host:port]", "let a debugger attach to the function")
        .argParser(argument(parseInspect)).preset("9229"),
    )
    .addOption(
      new Option("--isolation <level>", "full runs it as on the server; needs Linux and root")
        .choices(["none", "full"] as const).default("none" as const),
    )
    .action(async (path, options) => {
      const { dev } = await import("../commands/dev.ts");
      onExit(await dev(path, options));
    });
  withExamples(developing, [
    ["ddsrv dev", "Serve the function in the current directory"],
    ["ddsrv dev ./functions", "Serve all functions of a directory"],
    ["ddsrv dev ./shop --inspect", "Debug a function in VS Code or Chrome"],
  ]);
}
