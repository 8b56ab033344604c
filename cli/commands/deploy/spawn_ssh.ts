import { CliError } from "../../exit_code.ts";

/**
 * Starts the system's ssh(1) with pipes for its input and its output.
 *
 * @throws {CliError} if it is not installed
 */
export function spawnSsh(args: readonly string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("ssh", {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CliError(
      "This needs the program ssh, which is not on the PATH. Install OpenSSH's client (Debian: " +
        "openssh-client; Windows: the optional feature OpenSSH Client)",
    );
  }
}

/** Asks ssh to end, if it has not. */
export function endProcess(ssh: Deno.ChildProcess): void {
  try {
    ssh.kill("SIGTERM");
  } catch {
    // It has ended.
  }
}
