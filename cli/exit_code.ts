/** Exit codes of the command line; see EXIT STATUS in ddsrv(1). */
export enum ExitCode {
  Done = 0,
  Failed = 1,
  Usage = 2,
  NoSupervisor = 3,
  NoFunction = 4,
}

/** Receives the exit code of the command that ran. */
export type OnExit = (exitCode: number) => void;

/** A command failed; the message is for the user and says what to do. */
export class CliError extends Error {
  override readonly name = "CliError";

  constructor(message: string, readonly exitCode: number = ExitCode.Failed) {
    super(message);
  }
}

/** Creates the error for an invalid command line, which exits with code 2. */
export function usageError(message: string): CliError {
  return new CliError(message, ExitCode.Usage);
}
