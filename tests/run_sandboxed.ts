import { type BoundedOutput, runBounded } from "../lib/process/bounded_output.ts";
import { sandboxCommand, type SandboxOptions } from "../lib/sandbox/sandbox.ts";
import { openPatience } from "./patience.ts";

/** Runs a command in a sandbox until it exits, with the host's programs and no variables. */
export async function runSandboxed(
  options: SandboxOptions,
  env: Readonly<Record<string, string>> = {},
): Promise<BoundedOutput> {
  using patience = openPatience("the end of a sandbox");
  const { command, input } = sandboxCommand({ programs: true, ...options });
  return await runBounded(command, {
    input,
    env: { PATH: "/usr/bin:/bin", HOME: "/tmp", DENO_DIR: "/ddsrv/cache", ...env },
    signal: patience.signal,
    maxBytes: 65_536,
  });
}
