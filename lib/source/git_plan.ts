import { authorizationOf, basicOf, type Credential } from "./credentials.ts";

/**
 * Configuration that decides what git does, whatever the server says: no protocol but HTTP, no
 * redirects, which would get the password too, checked objects, no submodules and no programs.
 */
const CONFIGURATION: Readonly<Record<string, string>> = {
  "protocol.allow": "never",
  "http.followRedirects": "false",
  "http.lowSpeedLimit": "1000",
  "http.lowSpeedTime": "60",
  "transfer.fsckObjects": "true",
  "fetch.fsckObjects": "true",
  // One file instead of one for each object.
  "fetch.unpackLimit": "1",
  "fetch.recurseSubmodules": "false",
  "submodule.recurse": "false",
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.symlinks": "true",
  "credential.helper": "",
  "gc.auto": "0",
  "maintenance.auto": "false",
  // Large files are not held in memory.
  "core.bigFileThreshold": "1m",
  "pack.threads": "1",
};

/** A command for git: arguments, and its complete environment. */
export interface GitCommand {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A remote repository, and how git reaches it. */
export interface GitRemote {
  readonly url: string;
  readonly credential: Credential | undefined;
  /** Variables of an HTTP proxy, see `upstreamProxy`. */
  readonly proxy: Readonly<Record<string, string>>;
}

/** Arguments: URL, patterns. */
const LIST = 'url=$1; shift; exec git ls-remote -- "$url" "$@"';

/** Arguments: URL, ref or commit, directory. */
const ARCHIVE = [
  'git init --quiet --bare "$3"',
  'cd "$3"',
  'git fetch --quiet --depth 1 --no-tags --no-write-fetch-head -- "$1" "+$2:refs/ddsrv/next"',
  "exec git archive --format=tar refs/ddsrv/next",
].join(" && ");

/** Returns the command that lists refs. */
export function listCommand(remote: GitRemote, patterns: readonly string[]): GitCommand {
  return gitCommand(["sh", "-c", LIST, "sh", remote.url, ...patterns], remote);
}

/** Returns the command that prints the files of a commit as a tar archive. */
export function archiveCommand(
  remote: GitRemote,
  { ref, directory }: { readonly ref: string; readonly directory: string },
): GitCommand {
  return gitCommand(["sh", "-c", ARCHIVE, "sh", remote.url, ref, directory], remote);
}

/** Secrets are in the environment, because other users can read arguments. */
function gitCommand(command: readonly string[], remote: GitRemote): GitCommand {
  const { protocol } = new URL(remote.url);
  const configuration = {
    ...CONFIGURATION,
    [`protocol.${protocol.slice(0, -1)}.allow`]: "always",
    ...remote.credential === undefined
      ? {}
      : { "http.extraHeader": `Authorization: ${fieldOf(remote.credential)}` },
  };
  const entries = Object.entries(configuration).flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    command,
    env: {
      ...remote.proxy,
      PATH: "/usr/local/bin:/usr/bin:/bin",
      LANG: "C.UTF-8",
      HOME: "/nonexistent",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_ATTR_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      GIT_ASKPASS: "/bin/false",
      GIT_CONFIG_COUNT: String(Object.keys(configuration).length),
      ...Object.fromEntries(entries),
    },
  };
}

/** Hosts of repositories take a token as a password. */
function fieldOf(credential: Credential): string {
  return credential.user === undefined ? basicOf(credential) : authorizationOf(credential);
}
