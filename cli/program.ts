import { Command } from "@commander-js/extra-typings";
import { SERVER_SETTINGS } from "../lib/config/server_settings.ts";
import type { OnExit } from "./exit_code.ts";
import type { VariableNote } from "./generate/command_model.ts";
import { addAdd } from "./tree/add.ts";
import { addCheck } from "./tree/check.ts";
import { addCompletions } from "./tree/completions.ts";
import { addDebug } from "./tree/debug.ts";
import { addDev } from "./tree/dev.ts";
import { addDeploy } from "./tree/deploy.ts";
import { addDiff } from "./tree/diff.ts";
import { addDoctor } from "./tree/doctor.ts";
import { addEnv } from "./tree/env.ts";
import { withExamples } from "./tree/examples.ts";
import { addGit } from "./tree/git.ts";
import { addHelp } from "./tree/help.ts";
import { addHistory } from "./tree/history.ts";
import { addInit } from "./tree/init.ts";
import { addInspect } from "./tree/inspect.ts";
import { addInstallService } from "./tree/install_service.ts";
import { addList } from "./tree/list.ts";
import { addLogs } from "./tree/logs.ts";
import { SERVE_FILES } from "./tree/files.ts";
import { withManual } from "./tree/manual.ts";
import { describeOption } from "./tree/options.ts";
import { addReload } from "./tree/reload.ts";
import { addRemove } from "./tree/remove.ts";
import { addRestart } from "./tree/restart.ts";
import { addRollback } from "./tree/rollback.ts";
import { addRun } from "./tree/run.ts";
import { addSchedules } from "./tree/schedules.ts";
import { addSchema } from "./tree/schema.ts";
import { addServe } from "./tree/serve.ts";
import { addStart } from "./tree/start.ts";
import { addStatus } from "./tree/status.ts";
import { addStop } from "./tree/stop.ts";
import { addTop } from "./tree/top.ts";
import { addUi } from "./tree/ui.ts";
import { addUninstallService } from "./tree/uninstall_service.ts";
import { addUpgrade } from "./tree/upgrade.ts";
import { version } from "./version.ts";

/** A heading of the help, and the commands below it. */
type Group = readonly [title: string, add: readonly ((program: Command, onExit: OnExit) => void)[]];

const groups: readonly Group[] = [
  ["Serve:", [addServe, addRestart, addDoctor]],
  ["Develop:", [addInit, addDev, addDeploy, addGit, addDebug]],
  ["Change functions:", [
    addAdd,
    addRemove,
    addReload,
    addRollback,
    addStop,
    addStart,
    addEnv,
    addRun,
  ]],
  ["Inspect functions:", [
    addList,
    addInspect,
    addHistory,
    addDiff,
    addLogs,
    addTop,
    addUi,
    addCheck,
    addSchedules,
    addStatus,
  ]],
  [
    "Set up:",
    [addInstallService, addUninstallService, addUpgrade, addCompletions, addSchema],
  ],
];

const COMMON_VARIABLES: readonly VariableNote[] = [
  {
    names: ["DDSRV_SOCKET"],
    purpose: "control socket, unless --socket is given",
  },
  { names: ["NO_COLOR"], purpose: "any value: print without colors" },
  { names: ["DEBUG"], purpose: "any value except false: print stack traces of errors" },
];

/**
 * Creates the command tree. The code of each verb is loaded when the verb runs, which keeps the
 * start fast.
 */
export function createProgram(onExit: OnExit): Command {
  const program: Command = new Command("ddsrv")
    .description("Drop a folder, get a server: each function runs in its own sandbox.")
    .version(version, "-V, --version", "print the version; with --json also the commit and Deno")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ optionDescription: describeOption })
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "ddsrv: ")),
    })
    .showHelpAfterError("(see ddsrv --help)")
    .exitOverride();
  for (const [title, verbs] of groups) {
    program.commandsGroup(title);
    for (const add of verbs) add(program, onExit);
  }
  addHelp(program);
  for (const verb of program.commands) {
    verb.showHelpAfterError(`(see ddsrv ${verb.name()} --help)`);
  }
  withManual(program, { variables: COMMON_VARIABLES, files: SERVE_FILES });
  return withExamples(program, [
    ["ddsrv serve ./functions", "Serve each folder of a directory"],
    [
      `ddsrv add ./shop && curl http://localhost:${SERVER_SETTINGS.port.default}/shop`,
      "Add one and send a request",
    ],
  ]);
}
