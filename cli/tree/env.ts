import { Argument, type Command } from "@commander-js/extra-typings";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import type { OnExit } from "../exit_code.ts";
import { ENV_ACTIONS } from "../commands/env/actions.ts";
import { withExamples } from "./examples.ts";
import { withManual } from "./manual.ts";
import { jsonOption, socketOption } from "./options.ts";

/** Declares `ddsrv env`. */
export function addEnv(program: Command, onExit: OnExit): void {
  const setting = program.command("env")
    .description(
      "set, list, unset or import a function's variables, and reload it\n\n" +
        "Values are kept outside of the function's folder and are never printed. The action set " +
        "asks for each value without showing it, or reads that of one variable from standard " +
        "input. The action import reads NAME=VALUE lines from an env file, or from standard input " +
        "for -.",
    )
    .summary("set, list, unset or import a function's variables, and reload it")
    .addArgument(new Argument("<action>", "what to do").choices(ENV_ACTIONS))
    .argument("<name>", "the function; it need not be there yet")
    .argument("[variables...]", "names of variables to set or unset; a file to import")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (action, name, variables, options) => {
      const { env } = await import("../commands/env.ts");
      onExit(await env({ action, name, given: variables }, options));
    });
  withManual(setting, {
    files: [{
      path: `${SERVER_SETTINGS.stateDirectory.default}/variables`,
      purpose: "the variables that are set, in a directory that root alone may enter",
    }],
  });
  withExamples(setting, [
    ["ddsrv env set shop TOKEN", "Type a value, which is not shown"],
    ["ddsrv env set shop TOKEN < token.txt", "Take it from a file, without its last newline"],
    ["ddsrv env import shop settings.env", "Set all variables of an env file"],
    ["ddsrv env list shop", "Show names, where values come from, and when they were set"],
    ["ddsrv env unset shop TOKEN", "Remove one"],
  ]);
}
