/** What a process's end tells a script. */
export enum ExitCode {
  Done = 0,
  Failed = 1,
  Usage = 2,
  NoSupervisor = 3,
  NoFunction = 4,
}

/** Takes the exit code of the command that was run. */
export type OnExit = (exitCode: number) => void;

/** A command that did not do what was asked; its message is for people. */
export class CliError extends Error {
  override readonly name = "CliError";

  constructor(message: string, readonly exitCode: number = ExitCode.Failed) {
    super(message);
  }
}
