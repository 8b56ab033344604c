import { type Command, Option } from "@commander-js/extra-typings";
import { ISOLATION_LEVELS } from "../../lib/config/isolation_level.ts";
import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import type { OnExit } from "../exit_code.ts";
import { CHECK_FORMATS } from "../output/check_formats.ts";
import { withExamples } from "./examples.ts";
import { setting } from "./options.ts";

/** Declares `ddsrv check`. */
export function addCheck(program: Command, onExit: OnExit): void {
  const checking = program.command("check")
    .description("say what serve would say of functions, and run nothing; needs no root")
    .argument(
      "[paths...]",
      "functions' directories, or .ts files (default: all that the supervisor serves)",
    )
    .addOption(
      new Option(
        "--format <format>",
        "text for people; json: [{path, name, problem, skipped, diagnostics: [{file, line, column, " +
          "code, message}]}]; github: annotations, in GitHub Actions; none is chosen by itself",
      ).choices(CHECK_FORMATS).default("text" as const).conflicts("json"),
    )
    .addOption(new Option("--json", "the same as --format json"))
    .addOption(
      setting("--isolation <level>", "run the check in a sandbox, or with your own rights", {
        env: "DDSRV_ISOLATION",
        default: SERVER_SETTINGS.isolation.default,
      }).choices(ISOLATION_LEVELS),
    )
    .action(async (paths, options) => {
      const { check } = await import("../commands/check.ts");
      onExit(await check(paths, options));
    });
  withExamples(checking, [
    ["ddsrv check ./functions/*/", "Check each before it is deployed"],
    ["ddsrv check .", "Check the function that one works on"],
    ["ddsrv check --format github functions/*/", "Have its findings shown beside the code"],
  ]);
}
