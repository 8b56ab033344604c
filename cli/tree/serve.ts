import type { Command } from "@commander-js/extra-typings";
import { FUNCTION_VARIABLES } from "../../lib/config/function_variables.ts";
import { SETTING_ENTRIES } from "../../lib/config/setting_entries.ts";
import { describeDefault, variablesOf } from "../../lib/config/setting.ts";
import { SETTINGS } from "../../lib/config/settings.ts";
import type { OnExit } from "../exit_code.ts";
import type { VariableNote } from "../generate/command_model.ts";
import { withExamples } from "./examples.ts";
import { SERVE_FILES } from "./files.ts";
import { requireServingSystem } from "./serving_system.ts";
import { withManual } from "./manual.ts";
import { settingOptions, variablesText } from "./setting_options.ts";

/** Declares `ddsrv serve`. Its options come from the table of settings. */
export function addServe(program: Command, onExit: OnExit): void {
  const { functionsDirectory, port } = SETTINGS;
  const serving = program.command("serve")
    .description(
      "serve the functions of a directory in the foreground\n\n" +
        "SIGTERM and Ctrl-C start a graceful shutdown: in-flight requests may finish. A second " +
        "signal stops at once. SIGHUP reloads the configuration, and SIGUSR2 restarts ddsrv without a gap.",
    )
    .summary("serve the functions of a directory in the foreground")
    .argument(
      "[directory]",
      `${functionsDirectory.summary} (env: ${variablesText(functionsDirectory)}; default: ` +
        `${describeDefault(functionsDirectory)})`,
    );
  for (const option of settingOptions()) serving.addOption(option);
  serving.action(async (directory, options) => {
    requireServingSystem(Deno.build.os);
    const { serve } = await import("../commands/serve.ts");
    onExit(await serve(directory, options));
  });
  withManual(serving, {
    variables: [...settingVariables(), ...FUNCTION_VARIABLES],
    files: SERVE_FILES,
  });
  withExamples(serving, [
    [
      "ddsrv serve",
      `Serve ${functionsDirectory.default} at http://localhost:${port.default}`,
    ],
    ["ddsrv serve ./functions --idle 15m", "Scale idle functions to zero after 15 min"],
    ["ddsrv serve ./functions --isolation rootless", "Serve without root"],
  ]);
}

function settingVariables(): VariableNote[] {
  return SETTING_ENTRIES.flatMap(({ setting }) => {
    const { kind, summary, toggle } = setting;
    const purpose = kind.isSwitch ? `true or false: ${summary}` : summary;
    return [
      { names: variablesOf(setting), purpose },
      ...(toggle === undefined ? [] : [{ names: [toggle.variable], purpose: toggle.summary }]),
    ].filter(({ names }) => names.length > 0);
  });
}
