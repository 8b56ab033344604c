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
      "set, list, unset or import environment variables of a function\n\n" +
        "ddsrv stores the values outside the function's folder and never prints them. After a " +
        "change it reloads the function. The action set prompts for each value without echoing " +
        "it, or reads the value of one variable from standard input. The action import reads " +
        "NAME=VALUE lines from an env file, or from standard input if the file is -.",
    )
    .summary("set, list, unset or import environment variables of a function")
    .addArgument(new Argument("<action>", "what to do").choices(ENV_ACTIONS))
    .argument("<name>", "name of the function, which need not exist yet")
    .argument("[variables...]", "variables to set or unset, or the env file to import")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (action, name, variables, options) => {
      const { env } = await import("../commands/env.ts");
      onExit(await env({ action, name, given: variables }, options));
    });
  withManual(setting, {
    files: [{
      path: `${SERVER_SETTINGS.stateDirectory.default}/variables`,
      purpose: "stored variables, in a directory that only root can enter",
    }],
  });
  withExamples(setting, [
    ["ddsrv env set shop TOKEN", "Set a variable; the prompt does not echo the value"],
    [
      "ddsrv env set shop TOKEN < token.txt",
      "Read the value from a file",
    ],
    ["ddsrv env import shop settings.env", "Set all variables of an env file"],
    ["ddsrv env list shop", "List the variables, their sources, and when they were set"],
    ["ddsrv env unset shop TOKEN", "Remove a variable"],
  ]);
}
