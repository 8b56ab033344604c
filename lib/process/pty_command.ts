import { isInstalled } from "../system/programs.ts";

/** A terminal's kind and its size in characters. */
export interface TerminalKind {
  readonly columns: number;
  readonly rows: number;
  /** Value of the variable `TERM`. */
  readonly term: string;
}

/**
 * Returns the command that executes `command` on a pseudo-terminal of its own, which script(1)
 * connects with its standard input and output. The command gets its exit code: with `--return`,
 * script exits with that of its child, or with 128 plus the number of a signal.
 *
 * script(1) knows only shell commands before version 2.40, so each word is quoted.
 *
 * @example
 * ```ts
 * import { ptyCommand } from "./pty_command.ts";
 * ptyCommand({ columns: 80, rows: 24, term: "xterm" }, ["echo", "it's"]).at(-2);
 * // "stty columns 80 rows 24; exec 'echo' 'it'\\''s'"
 * ```
 */
export function ptyCommand({ columns, rows }: TerminalKind, command: readonly string[]): string[] {
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const script = `stty columns ${columns} rows ${rows}; exec ${words}`;
  return ["script", "--quiet", "--flush", "--return", "--command", script, "/dev/null"];
}

/** Returns true if the programs of {@linkcode ptyCommand} are in a directory of `path`. */
export async function hasPtyPrograms(path: string): Promise<boolean> {
  return await isInstalled("script", path) && await isInstalled("stty", path);
}
