import { usageError } from "../../exit_code.ts";

/** A server that ssh reaches. */
export interface Target {
  readonly user: string | undefined;
  /** A name, an address (without brackets), or a host of ssh_config(5). */
  readonly host: string;
  readonly port: number | undefined;
}

/** Nothing begins with `-`, which ssh would take for an option; nothing has a meaning in a shell. */
const URL_PATTERN =
  /^ssh:\/\/(?:(?<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)?(?:\[(?<ip6>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9][A-Za-z0-9._-]*))(?::(?<port>\d{1,5}))?\/?$/;

const MAX_LENGTH = 512;

/** Words that a shell takes literally, such as `sudo ddsrv`. */
const COMMAND = /^[A-Za-z0-9_.\/][A-Za-z0-9_.\/@%+=:-]*(?: [A-Za-z0-9_.\/@%+=:-]+)*$/;

/**
 * Parses `ssh://user@host:port`; user and port may be missing.
 *
 * @throws {CliError} a usage error
 *
 * @example
 * ```ts
 * import { parseTarget } from "./target.ts";
 * parseTarget("ssh://ann@example.com:2222"); // { user: "ann", host: "example.com", port: 2222 }
 * ```
 */
export function parseTarget(text: string): Target {
  const found = text.length <= MAX_LENGTH ? URL_PATTERN.exec(text)?.groups : undefined;
  if (found === undefined) {
    const hint = /^ssh:\/\/[^@/]*:[^@/]*@/.test(text)
      ? "it has a password, which ssh would not use. Use a key, or let ssh ask"
      : "write ssh://user@host, or ssh://user@host:port";
    throw usageError(`${shown(text)} is not a server: ${hint}`);
  }
  const { user, ip6, host, port } = found;
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && (number < 1 || number > 65_535)) {
    throw usageError(`${shown(text)} has no valid port. Give one from 1 to 65535`);
  }
  return { user, host: (ip6 ?? host)!, port: number };
}

/** Returns what ssh takes as its destination: `user@host`. */
export function destinationOf({ user, host }: Target): string {
  return user === undefined ? host : `${user}@${host}`;
}

/** Returns the ssh command that logs in to a server, for messages. */
export function loginOf(target: Target): string {
  return `ssh${target.port === undefined ? "" : ` -p ${target.port}`} ${destinationOf(target)}`;
}

/** Returns the command that runs ddsrv on a server; throws a usage error if it is not plain words. */
export function requireCommand(text: string): string {
  if (text.length <= MAX_LENGTH && COMMAND.test(text)) return text;
  throw usageError(
    `${shown(text)} is not a command of plain words. Write it as in --command "sudo ddsrv"`,
  );
}

/** A program of the system named ddsrv, perhaps as another user. */
const DDSRV =
  /^(?:(?:sudo|doas) (?:-n )?(?:-u [A-Za-z0-9_][A-Za-z0-9_.-]* )?)?(?:\/(?:usr|opt)\/(?:[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*\/)*)?ddsrv$/;

/**
 * Returns true for a command that runs nothing but ddsrv. A file of a folder may come from somebody
 * else, and name any program of any server that the user can log in to, this computer too.
 *
 * @example
 * ```ts
 * import { runsDdsrv } from "./target.ts";
 * runsDdsrv("sudo -n ddsrv"); // true
 * runsDdsrv("npx some-package"); // false
 * ```
 */
export function runsDdsrv(command: string): boolean {
  return DDSRV.test(command);
}

/** Hides what may be a password. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100).replace(/:[^:@/]*@/, ":…@"));
}
