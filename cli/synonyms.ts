/** The purpose of another tool's command, and the command of ddsrv with this purpose. */
type Synonym = readonly [purpose: string, command: string];

const LIST: Synonym = ["list functions", "ddsrv list"];
const RELOAD: Synonym = ["restart a function without a gap", "ddsrv reload NAME"];
const REMOVE: Synonym = ["remove a function with its data", "ddsrv remove NAME"];
const SERVE: Synonym = ["serve a directory of functions", "ddsrv serve DIRECTORY"];
const STOP: Synonym = [
  "stop a function",
  "ddsrv stop NAME; to stop ddsrv serve, press Ctrl-C there, or see ddsrv status for its process",
];
const START: Synonym = ["start a function that is stopped", "ddsrv start NAME"];
const LOGS: Synonym = ["read logs", "ddsrv logs NAME --follow"];
const RUN: Synonym = ["run a file or a REPL once, as the function", "ddsrv run NAME [FILE]"];
const ENV: Synonym = ["set or list variables of a function", "ddsrv env set NAME VARIABLE"];
const INIT: Synonym = ["write a new function", "ddsrv init PATH"];
const DEPLOY: Synonym = [
  "send a function to a server",
  "ddsrv deploy PATH --to ssh://USER@HOST; on this host: ddsrv add PATH --replace",
];
const STATUS: Synonym = ["show the running ddsrv", "ddsrv status"];
const INSPECT: Synonym = ["show the details of a function", "ddsrv inspect NAME"];
const CHECK: Synonym = ["check functions without running them", "ddsrv check PATH"];
const ROLLBACK: Synonym = ["roll a function back", "ddsrv rollback NAME"];
const HISTORY: Synonym = ["list the changes of a function", "ddsrv history NAME"];
const TOP: Synonym = ["watch requests, CPU and memory", "ddsrv top"];
const SCHEDULES: Synonym = ["list or run schedules", "ddsrv schedules"];
const SERVICE: Synonym = ["serve at boot with systemd", "ddsrv install-service"];
const UPGRADE: Synonym = ["install the latest ddsrv", "ddsrv upgrade"];

/** Words of other tools that are no commands of ddsrv. */
export const SYNONYMS: ReadonlyMap<string, Synonym> = new Map<string, Synonym>([
  ...["ps", "functions", "apps", "services"].map((word) => [word, LIST] as const),
  ...["refresh"].map((word) => [word, RELOAD] as const),
  ...["delete", "del", "destroy", "undeploy"].map((word) => [word, REMOVE] as const),
  ...["up", "server", "run-server", "daemon", "watch"].map((word) => [word, SERVE] as const),
  ...["down", "kill", "halt", "pause", "shutdown"].map((word) => [word, STOP] as const),
  ...["resume", "unpause"].map((word) => [word, START] as const),
  ...["tail", "log"].map((word) => [word, LOGS] as const),
  ...["exec", "shell", "repl", "console"].map((word) => [word, RUN] as const),
  ...["secret", "secrets", "config", "vars", "variables", "set"].map((word) =>
    [word, ENV] as const
  ),
  ...["create", "new", "scaffold"].map((word) => [word, INIT] as const),
  ...["push", "publish", "release", "ship"].map((word) => [word, DEPLOY] as const),
  ...["health", "info"].map((word) => [word, STATUS] as const),
  ...["describe", "show", "get"].map((word) => [word, INSPECT] as const),
  ...["test", "lint", "validate", "verify"].map((word) => [word, CHECK] as const),
  ...["undo", "revert", "rewind"].map((word) => [word, ROLLBACK] as const),
  ...["releases", "revisions", "versions", "deployments"].map((word) => [word, HISTORY] as const),
  ...["stats", "monitor"].map((word) => [word, TOP] as const),
  ...["cron", "jobs", "schedule"].map((word) => [word, SCHEDULES] as const),
  ...["service", "install", "enable"].map((word) => [word, SERVICE] as const),
  ...["update", "self-update"].map((word) => [word, UPGRADE] as const),
  ["uninstall", [
    "remove the service",
    "ddsrv uninstall-service; to remove a function: ddsrv remove",
  ]],
  ["compare", ["compare revisions", "ddsrv diff NAME REVISION"]],
  ["completion", ["complete commands in a shell", "ddsrv completions SHELL"]],
  ["version", [
    "print the version",
    "ddsrv --version; with commit and Deno: ddsrv --version --json",
  ]],
]);

/**
 * Returns the sentence that names the command of ddsrv for a word of other tools; `undefined` for
 * all other words.
 *
 * @example
 * ```ts
 * import { answerSynonym } from "./synonyms.ts";
 * answerSynonym("ps"); // '"ps" is not a command of ddsrv. To list functions: ddsrv list'
 * ```
 */
export function answerSynonym(word: string | undefined): string | undefined {
  const found = word === undefined ? undefined : SYNONYMS.get(word);
  if (found === undefined) return undefined;
  const [purpose, command] = found;
  return `"${word}" is not a command of ddsrv. To ${purpose}: ${command}`;
}
