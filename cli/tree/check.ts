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
    .description("type-check functions without running them; needs no root")
    .argument(
      "[paths...]",
      "directories of functions, or .ts files (default: all in FUNC_DIRECTORY, else those that ddsrv serves)",
    )
    .addOption(
      new Option(
        "--format <format>",
        "print text for people, JSON, or annotations for GitHub Actions",
      ).choices(CHECK_FORMATS).default("text" as const).conflicts("json"),
    )
    .addOption(new Option("--json", "same as --format json"))
    .addOption(
      setting("--isolation <level>", "check at this isolation level; none runs without a sandbox", {
        env: "DDSRV_ISOLATION",
        default: SERVER_SETTINGS.isolation.default,
      }).choices(ISOLATION_LEVELS),
    )
    .action(async (paths, options) => {
      const { check } = await import("../commands/check.ts");
      onExit(await check(paths, options));
    });
  withExamples(checking, [
    ["ddsrv check ./functions/*/", "Type-check all functions before a deployment"],
    ["ddsrv check .", "Type-check the function in the current directory"],
    ["ddsrv check --format github functions/*/", "Show the findings beside the code on GitHub"],
  ]);
}
