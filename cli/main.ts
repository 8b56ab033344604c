import { isDebug } from "../lib/config/debug.ts";
import { CliError, ExitCode, usageError } from "./exit_code.ts";
import { printError } from "./output/print.ts";
import { parseQuick } from "./quick_command.ts";
import { answerSynonym } from "./synonyms.ts";

/** Runs the command line and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    printError(`ddsrv: ${messageOf(error)}\n`);
    return codeOf(error);
  }
}

async function run(args: readonly string[]): Promise<number> {
  const quick = parseQuick(args);
  if (quick !== undefined) {
    const { runQuick } = await import("./run_quick.ts");
    return await runQuick(quick);
  }
  const answer = answerSynonym(args[0]);
  if (answer !== undefined) throw usageError(answer);
  const { runProgram }: typeof import("./run_program.ts") = await import(programModule());
  return await runProgram(args);
}

/**
 * Returns the URL of the module with the command tree. Before Deno runs anything, it reads each module
 * that a literal `import()` can reach: the whole supervisor, also for `ddsrv ls`. In the package,
 * the modules are JavaScript.
 */
function programModule(): string {
  const { url } = import.meta;
  return new URL(url.endsWith(".ts") ? "run_program.ts" : "run_program.js", url).href;
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
