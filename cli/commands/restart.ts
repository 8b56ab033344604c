import { connectControl } from "../../lib/control/control_client.ts";
import { ExitCode } from "../exit_code.ts";
import { printOut } from "../output/print.ts";

/** Options of `ddsrv restart`. */
export interface RestartOptions {
  readonly socket: string;
  /** Time until the new supervisor is ready, in milliseconds. */
  readonly timeout: number;
}

/**
 * Replaces the running supervisor, and waits until the new one serves; returns the exit code.
 *
 * @throws {Error} if the present one serves on
 */
export async function restart({ socket, timeout }: RestartOptions): Promise<number> {
  using control = connectControl(socket);
  const report = await control.restart(timeout);
  printOut(`ddsrv ${report.version} serves (pid ${report.pid})\n`);
  return ExitCode.Done;
}
