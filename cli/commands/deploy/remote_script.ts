import { quoteWord } from "../../output/quote_word.ts";

/** First answer of a server. */
export type Greeting =
  | { readonly type: "ddsrv"; readonly version: string; readonly isCurrent: boolean }
  /** The command does not run there. */
  | { readonly type: "none" };

const MARK = "ddsrv-deploy:";

/** An option that older versions of `ddsrv add` lack; `--upload`, `--by` and `--commit` came with it. */
const NEW_OPTION = "--ttl";

const MAX_VERSION_LENGTH = 64;

/**
 * Returns the command line that ssh gives to the login shell of a server. It greets with the version
 * there, reads one line with the arguments of `ddsrv add`, and becomes that command: so one
 * connection, which may ask for a password, is enough to decide what to send.
 *
 * The line has only characters that mean the same in sh, bash, zsh, fish and csh. The arguments do
 * not pass through the login shell, and nobody sees them before ddsrv has them.
 *
 * @param command Plain words, see `requireCommand`.
 */
export function remoteScript(command: string): string {
  return inShell([
    `v=$(${command} --version </dev/null) || { echo ${MARK}none; exit 1; }`,
    `k=0`,
    `case $(${command} add --help </dev/null 2>&1) in *${NEW_OPTION}*) k=1 ;; esac`,
    `echo "${MARK}$k:$v"`,
    `IFS= read -r a || exit 1`,
    `eval "set -- $a"`,
    `exec ${command} add - "$@"`,
  ]);
}

/** As {@linkcode remoteScript}, for another command of ddsrv, without a greeting. */
export function commandScript(command: string): string {
  return inShell([`IFS= read -r a || exit 1`, `eval "set -- $a"`, `exec ${command} "$@"`]);
}

function inShell(script: readonly string[]): string {
  return `exec sh -c '${script.join("; ")}'`;
}

/** Returns the line that the script reads. */
export function answerLine(args: readonly string[]): string {
  return `${args.map(quoteWord).join(" ")}\n`;
}

/** Parses a line of the server; `undefined` for output of its login shell. */
export function parseGreeting(line: string): Greeting | undefined {
  if (!line.startsWith(MARK)) return undefined;
  const text = line.slice(MARK.length).trim();
  const match = /^([01]):(.*)$/.exec(text);
  if (match === null) return { type: "none" };
  const [, known, version = ""] = match;
  return {
    type: "ddsrv",
    version: version.slice(0, MAX_VERSION_LENGTH),
    isCurrent: known === "1",
  };
}
