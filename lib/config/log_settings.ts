import { boolean, choice, path } from "./kinds.ts";
import { optional } from "./kind.ts";
import { isDebug } from "./debug.ts";
import { count, size, wholeNumber } from "./number_kinds.ts";
import { type Entries, literal } from "./table.ts";

/** Line formats of log files: the container runtime interface, and Docker's json-file driver. */
export const LOG_FORMATS = ["cri", "docker"] as const;

/** A line format of log files. */
export type LogFormat = typeof LOG_FORMATS[number];

/** Line formats of the output of `serve`. */
export const CONSOLE_FORMATS = ["text", "json"] as const;

/** A line format of the output of `serve`. */
export type ConsoleFormat = typeof CONSOLE_FORMATS[number];

/** Line formats of the access log: JSON, and the combined format of Apache and nginx. */
export const ACCESS_LOG_FORMATS = ["json", "combined"] as const;

/** A line format of the access log. */
export type AccessLogFormat = typeof ACCESS_LOG_FORMATS[number];

/** Docker's format needs that many bytes for one long record. */
const MIN_LOG_BYTES = 128 * 1024;

/** Settings of log files, of the console and of the access log. */
export const LOG_SETTINGS = {
  saveLogs: {
    name: "logs",
    variables: ["ENABLE_LOGS", "SAVE_LOGS"],
    deprecated: { keys: ["saveLogs"] },
    kind: boolean,
    default: true,
    summary: "write log files",
    needsRestart: true,
  },
  logsDirectory: {
    name: "logsDir",
    variables: ["LOGS_DIRECTORY"],
    deprecated: { keys: ["logsDirectory"] },
    kind: path,
    default: "/opt/logs",
    defaultWithoutRoot: "~/.local/state/ddsrv/logs",
    summary: "directory of log files",
    needsRestart: true,
  },
  logFormat: {
    name: "logFileFormat",
    variables: ["LOG_FORMAT"],
    deprecated: { keys: ["logFormat"] },
    kind: choice(LOG_FORMATS),
    default: literal("cri"),
    summary: "line format of log files",
    needsRestart: true,
  },
  logMaxBytes: {
    name: "logMaxSize",
    kind: size({ min: MIN_LOG_BYTES }),
    default: 10 * 1024 ** 2,
    summary: "rotate log files at this size",
    needsRestart: true,
  },
  logMaxFiles: {
    name: "logMaxFiles",
    // With one file, rotation would delete everything; to search more than 1000 takes too long.
    kind: wholeNumber({ min: 2, max: 1_000 }),
    default: 5,
    summary: "files to keep of each log, including the current one",
    needsRestart: true,
  },
  logRate: {
    name: "logRate",
    kind: count({ min: 1, max: 1_000_000, none: "none" }),
    default: 10_000,
    summary: "maximum lines a second that a function may log, or none",
    details:
      "ddsrv keeps the first lines of each second up to this number and the newest ones of " +
      "that second, and counts those between. With `none`, the function waits instead. See " +
      "[Log rate](observability.md#log-rate).",
    manifest: "smaller",
  },
  quiet: {
    name: "quiet",
    setBy: "flag",
    short: "-q",
    variables: ["QUIET"],
    kind: boolean,
    default: false,
    summary: "do not print the output of functions",
    needsRestart: true,
  },
  consoleFormat: {
    name: "consoleFormat",
    setBy: "flag",
    deprecated: { flags: ["log-format"], variables: ["DDSRV_LOG_FORMAT"] },
    kind: choice(CONSOLE_FORMATS),
    default: literal("text"),
    summary: "format of the output of serve: text, or a JSON object per line",
    needsRestart: true,
  },
  debug: {
    name: "debug",
    setBy: "variable",
    variables: ["DEBUG"],
    kind: { ...boolean, parse: isDebug },
    default: false,
    summary: "print events, effects and stack traces to standard error",
    details: "Any value turns it on, except `false`, `no`, `off` and `0`.",
    needsRestart: true,
  },
  accessLog: {
    name: "accessLog",
    kind: optional(choice(ACCESS_LOG_FORMATS)),
    default: undefined,
    summary: "log every request in this format",
    needsRestart: true,
  },
  accessLogFile: {
    name: "accessLogFile",
    kind: optional(path),
    default: undefined,
    defaultText: "standard output",
    summary: "file of the access log",
    needsRestart: true,
  },
} satisfies Entries;
