import { CommanderError } from "commander";
import { isDebug } from "../lib/config/debug.ts";
import { CliError, ExitCode } from "./exit_code.ts";
import { printError } from "./output/print.ts";
import { createProgram } from "./program.ts";

/** Runs the command line and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = ExitCode.Done;
  const program = createProgram((code) => exitCode = code);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ExitCode.Usage;
    printError(`ddsrv: ${messageOf(error)}\n`);
    return codeOf(error);
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return isDebug(Deno.env.get("DEBUG")) ? error.stack ?? error.message : error.message;
}

function codeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  return error instanceof Error && error.name === "NoSupervisorError"
    ? ExitCode.NoSupervisor
    : ExitCode.Failed;
}

Deno.exit(await main(Deno.args));
