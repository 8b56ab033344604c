import { grants } from "./grants_kind.ts";
import { boolean, patterned } from "./kinds.ts";
import { optional } from "./kind.ts";
import { duration, port, wholeNumber } from "./number_kinds.ts";
import { schedules } from "./schedule.ts";
import { variables, watchPatterns } from "./policy_kinds.ts";
import type { Entries } from "./table.ts";

/** More often, health checks would be a load, and a busy moment would look like a hang. */
const MIN_LIVENESS_MS = 1_000;

/** With less, a function would stop and start all the time. */
const MIN_IDLE_MS = 1_000;

/** Settings of the life of functions. */
export const FUNCTION_SETTINGS = {
  functions: {
    name: "functions",
    setBy: "key",
    variables: [],
    kind: grants,
    default: [],
    summary: "settings of single functions, by name or by pattern such as api-*",
    details:
      "Each entry may have every key of a manifest, and is the operator's word for the functions " +
      "that it matches: it raises or lowers what they may ask for, and what they get. The most " +
      "specific entry wins for each key: a name, then the pattern with more characters besides " +
      "`*`, then the later one. Permissions are merged one by one, and variables are added. The " +
      "function's own manifest applies below it.",
  },
  env: {
    name: "env",
    setBy: "key",
    variables: [],
    kind: variables,
    default: {},
    summary: "environment variables of functions",
    details:
      "The variables `ENV_JSON`, `SERVER_ENVIRONMENT` (a JSON object) and `PUBLIC_DENO_NAME` add " +
      "to them.",
    manifest: "adds",
  },
  envFile: {
    name: "envFile",
    variables: ["ENV_FILE"],
    kind: optional(patterned({
      placeholder: "path",
      pattern: /^[^\0]+$/,
      hint: "Give the path of a file",
    })),
    default: undefined,
    summary: "read environment variables of all functions from this file",
    details: "The flag is relative to the current directory, the key to the directory of its " +
      "`ddsrv.json`, and the variable to the functions directory.",
    manifest: "adds",
  },
  preferredPort: {
    name: "preferredPort",
    setBy: "key",
    variables: ["SERVER_PORT"],
    kind: port(1),
    default: 8000,
    summary: "port to use if a function listens on several",
    needsRestart: true,
    manifest: "replaces",
    manifestName: "port",
  },
  watchFiles: {
    name: "watchFiles",
    setBy: "manifest",
    manifestName: "watch",
    kind: watchPatterns,
    default: [],
    summary: "files besides the code whose change reloads a function",
    details: 'A list of patterns such as `templates/**` or `*.html`, or `"all"` for all files of ' +
      "the folder except `node_modules`, names that begin with a dot, and writable names.",
    manifest: "replaces",
  },
  startTimeoutMs: {
    name: "startTimeout",
    setBy: "key",
    kind: duration(),
    default: 30_000,
    summary: "how long a function may take until it listens on a port",
    manifest: "smaller",
  },
  predeployTimeoutMs: {
    name: "predeployTimeout",
    setBy: "key",
    kind: duration(),
    default: 300_000,
    summary: "how long the predeploy script of a function may take",
    manifest: "smaller",
  },
  stopGraceMs: {
    name: "stopGrace",
    setBy: "key",
    kind: duration(),
    default: 5_000,
    summary: "how long after SIGTERM to send SIGKILL",
    manifest: "smaller",
  },
  healthPath: {
    name: "healthPath",
    setBy: "key",
    variables: [],
    // A request target in origin form (RFC 9112, section 3.2.1).
    kind: optional(patterned({
      placeholder: "path",
      pattern: /^\/[!-~]*$/,
      maxLength: 1_024,
      hint: "Give a path such as /healthz, without spaces",
    })),
    default: undefined,
    summary: "path of the health check, such as /healthz",
    details:
      "A function gets requests once this path answers with a status below 400. Without one, it " +
      "gets requests once it listens.",
    manifest: "replaces",
  },
  healthAttempts: {
    name: "healthAttempts",
    setBy: "key",
    variables: ["HEALTH_CHECK_ATTEMPTS"],
    toggle: {
      variable: "DISABLE_HEALTH_CHECKS",
      value: 0,
      summary: "true: the same as 0 health checks",
    },
    kind: wholeNumber({ min: 0, max: 1_000, digits: 4 }),
    default: 5,
    summary: "maximum number of health checks at a start; 0 disables them",
  },
  healthIntervalMs: {
    name: "healthInterval",
    setBy: "key",
    kind: duration({ min: MIN_LIVENESS_MS, none: "never" }),
    default: 10_000,
    summary: "interval of health checks of a running function, or never",
    manifest: "replaces",
  },
  hangTimeoutMs: {
    name: "hangTimeout",
    setBy: "key",
    kind: duration({ min: MIN_LIVENESS_MS, none: "never" }),
    default: 60_000,
    summary: "replace a function whose event loop blocks this long, or never",
    details: "It applies to functions without a health path, and only while requests wait.",
    manifest: "replaces",
  },
  idleMs: {
    name: "idle",
    kind: duration({ min: MIN_IDLE_MS, none: "never" }),
    default: Infinity,
    summary: "scale to zero after this time without a request, or never",
    details: "ddsrv stops the function. The next request starts it, and waits for it.",
    manifest: "smaller",
  },
  backgroundTimeoutMs: {
    name: "backgroundTimeout",
    setBy: "key",
    kind: duration(),
    default: 300_000,
    summary: "how long background work may go on after the last request",
    details:
      "Work that the function passes to `EdgeRuntime.waitUntil`: so long, its instance is not idle, " +
      "and finishes the work when it is replaced.",
    manifest: "smaller",
  },
  parked: {
    name: "parked",
    kind: optional(wholeNumber({ min: 0, max: 16_384, digits: 5 })),
    default: undefined,
    defaultText: "one for each 256 MiB of memory, at most 128",
    summary: "how many sandboxes to keep ready for the next start; 0 for none",
    details:
      "A parked sandbox is complete, and its Deno has not started. Functions that were used last " +
      "have one. With 0, they also use no shared code cache.",
  },
  maxWarm: {
    name: "maxWarm",
    setBy: "key",
    kind: optional(wholeNumber({ min: 0, max: 16_384, digits: 5 })),
    default: undefined,
    defaultText: "a quarter of parked",
    summary: "how many functions may be warm at a time",
  },
  isWarm: {
    name: "isWarm",
    setBy: "manifest",
    manifestName: "warm",
    kind: boolean,
    default: false,
    summary: "keep a started Deno ready for the next start of the function",
    details: "It makes a start several times as fast, and takes some 9 MiB of memory.",
    manifest: "replaces",
  },
  schedules: {
    name: "schedules",
    setBy: "manifest",
    manifestName: "schedules",
    kind: schedules,
    default: [],
    summary: "requests that ddsrv sends to a function at certain times",
    details:
      "A list of objects with `name`, `cron` (five fields) and, if wanted, `timezone`, `path`, " +
      "`method`, `timeout`, `retries`, `overlap` and `catchUp`, see [Schedules](schedules.md).",
    manifest: "replaces",
  },
  drainMs: {
    name: "drain",
    kind: duration(),
    default: 30_000,
    summary: "how long a replaced instance may finish in-flight requests",
    manifest: "smaller",
  },
} satisfies Entries;
