import { CommanderError } from "commander";
import { ExitCode } from "./exit_code.ts";
import { createProgram } from "./program.ts";

/** Parses a command line with the command tree and runs it; returns the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode: number = ExitCode.Done;
  const program = createProgram((code) => exitCode = code);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has printed its message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ExitCode.Usage;
    throw error;
  }
}
