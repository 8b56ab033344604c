import { runBounded } from "./bounded_output.ts";
import { checkCommand, type ModuleOptions } from "./deno_command.ts";

/** What is checked. */
export interface DirectCheckOptions extends ModuleOptions {
  readonly directory: string;
  readonly signal: AbortSignal;
}

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/**
 * Checks a directory's code with the caller's own rights, network and module cache, as `deno check`
 * by hand would; for code of one's own. Gives Deno's diagnostics, or `undefined` when it has none.
 */
export async function checkDirectly(options: DirectCheckOptions): Promise<string | undefined> {
  const output = await runBounded(checkCommand(options, Deno.execPath()), {
    cwd: options.directory,
    env: { ...Deno.env.toObject(), NO_COLOR: "1" },
    signal: options.signal,
    maxBytes: MAX_OUTPUT_BYTES,
  });
  if (output.success) return undefined;
  return output.stderr.trim() || `deno check exited with ${output.code}`;
}
