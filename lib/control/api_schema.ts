import { z } from "zod";
import type { Drift } from "../config/drift.ts";
import { ISOLATION_LEVELS } from "../config/isolation_level.ts";
import { SETTING_SOURCES } from "../config/setting_origin.ts";
import { storedVariableProblem, variableNameProblem } from "../config/stored_variable.ts";
import { judgeName } from "../config/function_name.ts";
import { VARIABLE_SOURCES } from "../function/variable_layers.ts";
import { CHANGE_STAGES } from "../history/change.ts";
import { DIFFERENCE_KINDS, FILE_CHANGES } from "../history/file_difference.ts";
import { ANNOUNCED_CAUSES, CHANGE_CAUSES, COMMIT } from "../history/origin.ts";
import { RUN_RESULTS } from "../schedules/schedule_record.ts";
import { pageProblem } from "../supervisor/maintenance_page.ts";
import { STAYS } from "../sandbox/activity.ts";
import { PENDING, REFRESHED } from "../supervisor/state.ts";
import {
  type AnnounceRequest,
  type ChangeReport,
  type CheckReport,
  type CheckRequest,
  type DiffReport,
  type ErrorReport,
  type ExpiryReport,
  type ExpiryRequest,
  type FunctionReport,
  type LoginReport,
  NEXT_STARTS,
  REPORTED_RESULTS,
  REPORTED_STATUSES,
  type RestartReport,
  type RollbackReport,
  type RunReport,
  type ScheduleReport,
  type SettingReport,
  type StopRequest,
  type SupervisorReport,
  type TrafficReport,
  type VariableReport,
  type VariablesChange,
  type VariablesRequest,
} from "./api.ts";

const count = z.int().min(0);
const time = z.iso.datetime();
const text = z.string().nullable();
const revision = z.string().regex(/^[0-9a-f]{12}$/);
const commit = z.string().regex(COMMIT).nullable().describe("Git commit; null if none was told");

/** Values of variables by name; error messages contain no value. */
const variables = z.record(z.string(), z.string()).superRefine((given, { addIssue }) => {
  for (const [name, value] of Object.entries(given)) {
    const message = storedVariableProblem(name, value);
    if (message !== undefined) addIssue({ code: "custom", message });
  }
});

const run = z.strictObject({
  tick: time.describe("Time of the cron line; of a run by hand, the time of its start"),
  startedAt: time,
  durationMs: z.number().min(0),
  isManual: z.boolean().describe("Somebody ran it with ddsrv schedules run"),
  result: z.enum(RUN_RESULTS).describe(
    "ok: answered with a status from 200 to 399; interrupted: ddsrv ended during the run",
  ),
  attempts: count,
  status: z.int().nullable().describe("Status of the last answer; null without one"),
  reason: text.describe("Why it failed"),
});

/** Schemas of all request and response bodies of the control API, by name. */
export const apiShapes = {
  SupervisorReport: z.strictObject({
    version: z.string(),
    pid: z.int(),
    startedAt: z.iso.datetime(),
    url: z.string().describe("URL of the proxy"),
    functionsDirectory: z.string(),
    logsDirectory: text.describe("null without log files"),
    dataDirectory: z.string().describe("Holds one data directory per function"),
    isolation: z.enum(ISOLATION_LEVELS),
    owner: z.string().describe("Tag in the names of this supervisor's kernel objects"),
    stateDirectory: z.string().optional(),
    socket: z.string().optional().describe("Where the control API listens"),
    adminUrl: text.optional().describe("URL of probes and metrics; null without --admin-port"),
    config: z.strictObject({
      file: text.describe("Path of ddsrv.json; null if there is none"),
      variables: z.array(z.string()).describe("Names of environment variables"),
      flags: z.array(z.string()).describe("Flags of ddsrv serve"),
    }).optional().describe("Where the settings come from"),
    source: z.strictObject({
      reference: z.string().describe("The source, without the query of its URL"),
      digest: text.describe("Digest of the version that is served; null before the first one"),
      takenAt: time.nullable().describe("Time since which the version is served"),
      checkedAt: time.nullable().describe("Time at which the source last had this version"),
      failures: count,
      problem: text.describe("Why the source can't be used now; null if it can"),
    }).nullable().optional().describe("Where the functions come from; null without --source"),
  }),
  FunctionReport: z.strictObject({
    name: z.string(),
    status: z.enum(REPORTED_STATUSES),
    pending: z.enum(PENDING).nullable()
      .describe("Pending work, even while an instance serves; null when the function is settled"),
    stoppedAt: z.iso.datetime().nullable()
      .describe("Time since which it is stopped by hand; null if it is not"),
    expiresAt: z.iso.datetime().nullable()
      .describe("Time at which ddsrv removes it; null if it stays"),
    reason: text.describe(
      "Reason for the status, or what a slow start waits for; null while the function is well",
    ),
    detail: text.describe("Diagnostics, or output lines of a failure or slow start"),
    url: text,
    revision: revision.nullable()
      .describe("First digits of the serving revision, else of the last attempt"),
    failedRevision: revision.nullable().describe(
      "A newer revision that failed while this one keeps serving",
    ),
    newerRevision: revision.nullable().describe(
      "A newer revision that waits for a reload under --no-watch",
    ),
    pid: z.int().nullable(),
    namespace: text,
    upstream: text.describe("host:port that the proxy connects to"),
    uptimeMs: z.number().nullable(),
    restarts: count.describe(
      "Number of times that its process exited or hung, including failed starts",
    ),
    nextTryAt: z.iso.datetime().nullable()
      .describe("Time of the next retry; null if there is none"),
    nextStart: z.enum(NEXT_STARTS).nullable()
      .describe("How the next start is prepared; null while it is not"),
    awake: z.enum(STAYS).nullable()
      .describe("What it does without requests, so that it is never idle; null if nothing"),
    ownMemoryBytes: count.nullable().describe(
      "Memory that only this function uses: all its processes and those of its sandbox, without " +
        "pages of files, which functions share",
    ),
    memoryBytes: count.nullable().describe(
      "Resident memory of the serving process alone, with pages of files, such as Deno's program",
    ),
    cpuMs: z.number().min(0).nullable().describe("Processor time of the serving process"),
    dataBytes: count.nullable().describe("Disk usage of the serving function; null if unknown"),
    dataLimitBytes: count.nullable().describe("Limit of its disk usage"),
    requests: count.describe("Number of finished requests"),
    errors: count.describe(
      "Requests that failed through the function: answered with 5xx or cut off",
    ),
    inFlight: count.describe("In-flight requests, including tunnels"),
    waiting: count.describe("Requests that wait for the function to be ready"),
    directory: text,
    isolation: z.enum(ISOLATION_LEVELS),
    kept: z.array(revision).describe("Revisions that rollback can restore, newest first"),
    egress: text.describe("Egress list of the serving instance, as in a manifest"),
    deno: text.describe("Version of Deno of the serving instance"),
    domains: z.array(z.string()).describe("Hosts that belong to the function"),
    problems: z.array(z.string()).describe("Present problems, a sentence each"),
  }),
  TrafficReport: z.strictObject({
    name: z.string(),
    requests: count.describe("Number of finished requests"),
    errors: count,
    inFlight: count,
    waiting: count,
    receivedBytes: count.describe("Bytes of request bodies"),
    sentBytes: count.describe("Bytes of response bodies"),
    latencyMs: z.number().min(0).describe(
      "Sum of the times from a request's head to its response's head",
    ),
    latencies: z.array(count).describe(
      "Number of requests by that time, in buckets; the last one has no bound",
    ),
  }),
  RollbackReport: z.strictObject({
    revision: z.string().regex(/^[0-9a-f]{64}$/),
    served: z.strictObject({
      from: time,
      until: time.nullable().describe("null if no other revision followed"),
      by: z.enum(CHANGE_CAUSES).describe("The change that brought it"),
      commit,
    }).nullable().optional().describe("null if no recorded change tells"),
  }),
  ChangeReport: z.strictObject({
    id: z.string().regex(/^[0-9a-f]{12}$/),
    at: time.describe("Begin of the change"),
    by: z.enum(CHANGE_CAUSES).describe(
      "edit: a change of the folder that nobody announced; undo: the end of an add that failed; " +
        "config: other settings of ddsrv; source: a new version of --source",
    ),
    revision: revision.nullable(),
    commit,
    user: z.strictObject({ uid: count, name: text.describe("null without an account") })
      .nullable().describe("User of the control socket; null if nobody asked over it"),
    schedule: text.optional().describe("Name of the schedule that ran"),
    result: z.enum(REPORTED_RESULTS).describe(
      "idle: passed its check and starts with the next request; replaced: another change came " +
        "before it was ready; stopped: the function is stopped by hand; ok: a schedule ran; interrupted: ddsrv ended " +
        "before the result was known; pending: not known yet",
    ),
    stage: z.enum(CHANGE_STAGES).nullable().describe("Stage that failed"),
    reason: text.describe("Why it failed, in one line"),
    durationMs: z.number().min(0).describe("Time until the result"),
    isServing: z.boolean().describe("The latest change of the revision that serves now"),
    isKept: z.boolean().describe("A rollback can restore the revision"),
  }),
  AnnounceRequest: z.strictObject({
    by: z.enum(ANNOUNCED_CAUSES),
    commit: z.string().regex(COMMIT, "Use 7 to 64 hexadecimal digits in lower case").optional()
      .describe("Git commit of the new code"),
  }),
  ExpiryRequest: z.strictObject({ expiresAt: time.nullable() }),
  ExpiryReport: z.strictObject({ before: time.nullable() }),
  DiffReport: z.strictObject({
    from: revision,
    to: revision,
    files: z.array(z.strictObject({
      path: z.string(),
      change: z.enum(FILE_CHANGES),
      kind: z.enum(DIFFERENCE_KINDS).describe(
        "secret: a file such as .env, whose content is never shown; mode: only the permission to " +
          "execute; large, omitted: the file, or the whole difference, is too large to show; " +
          "directory: node_modules, whose files are not listed",
      ),
      hunks: text.describe("Hunks of a unified diff; null where the content is not shown"),
    })),
    isTruncated: z.boolean().describe("More files differ, or there is too much to compare"),
  }),
  StopRequest: z.strictObject({
    page: z.string().superRefine((page, { addIssue }) => {
      const message = pageProblem(page);
      if (message !== undefined) addIssue({ code: "custom", message });
    }).optional().describe(
      "HTML for browsers, at most 256 KiB; other clients get a short text. Without it, a function " +
        "that is stopped already keeps its page",
    ),
  }),
  VariableReport: z.strictObject({
    name: z.string(),
    source: z.enum(VARIABLE_SOURCES).describe("Source of the value; set: by ddsrv env"),
    overrides: z.array(z.enum(VARIABLE_SOURCES)).describe("Sources whose values do not apply"),
    setAt: z.iso.datetime().nullable().describe("null for variables of files and settings"),
  }),
  SettingReport: z.strictObject({
    key: z.string().describe("Key of a manifest; each permission has its own: permissions.ffi"),
    value: z.unknown().describe("As ddsrv.json has it; null if there is none, or no limit"),
    source: z.enum(SETTING_SOURCES).describe(
      "file: ddsrv.json of the functions directory; functions: an entry of that key in it; " +
        "manifest: the function's own ddsrv.json",
    ),
    name: text.describe("Name of the variable or flag, or the entry of functions; otherwise null"),
  }),
  ScheduleReport: z.strictObject({
    function: z.string(),
    name: z.string(),
    cron: z.string(),
    timezone: z.string(),
    method: z.string(),
    path: z.string(),
    nextAt: time.nullable().describe("Time of the next run"),
    runningSince: time.nullable().describe("null while it does not run"),
    last: run.nullable().describe("The last run that has ended"),
    lastOkAt: time.nullable().describe("End of the last run with the result ok"),
    runs: z.strictObject({
      ok: count,
      failed: count,
      interrupted: count,
      skipped: count.describe("Times without a run, because an earlier run went on"),
      missed: count.describe(
        "Times without a run, because ddsrv was not running or the host slept",
      ),
    }),
  }),
  RunReport: run,
  VariablesRequest: z.strictObject({
    set: variables.optional(),
    unset: z.array(
      z.string().superRefine((name, { addIssue }) => {
        const message = variableNameProblem(name);
        if (message !== undefined) addIssue({ code: "custom", message });
      }),
    ).max(10_000).optional(),
    isReloading: z.boolean().optional()
      .describe("false leaves the running instance as it is until its next start"),
  }).refine(({ set = {}, unset = [] }) => unset.every((name) => !Object.hasOwn(set, name)), {
    error: "A name is in both set and unset",
  }),
  VariablesChange: z.strictObject({
    changed: z.array(z.string()).describe("Names whose value changed or that were unset"),
    change: z.uuid().nullable().describe("Id for undo; null if nothing changed"),
    effect: z.enum(REFRESHED),
  }),
  CheckRequest: z.strictObject({
    // A direct child of the functions directory.
    name: z.string().min(1).max(255).refine((name) => !/[/\0]/.test(name) && !/^\.\.?$/.test(name))
      .describe("A directory of the functions directory; hidden ones are allowed"),
    as: z.string().refine((name) => judgeName(name).type === "function")
      .describe("Name that the function will have"),
    variables: variables.optional()
      .describe("Variables that it will get in addition to those that are set now"),
  }),
  CheckReport: z.strictObject({
    problem: text.describe("null if serve would start the function"),
  }),
  RestartReport: z.strictObject({
    pid: z.int().describe("Process id of the supervisor that serves now"),
    version: z.string(),
  }),
  LoginReport: z.strictObject({
    url: z.string().describe("Works once, and for ten minutes"),
  }),
  ErrorReport: z.strictObject({ error: z.string() }),
};

/** Name of a schema in {@linkcode apiShapes}. */
export type ShapeName = keyof typeof apiShapes;

/** The interfaces that clients use, by the names of {@linkcode apiShapes}. */
interface Interfaces {
  SupervisorReport: SupervisorReport;
  FunctionReport: FunctionReport;
  TrafficReport: TrafficReport;
  RollbackReport: RollbackReport;
  ChangeReport: ChangeReport;
  RunReport: RunReport;
  ScheduleReport: ScheduleReport;
  AnnounceRequest: AnnounceRequest;
  ExpiryRequest: ExpiryRequest;
  ExpiryReport: ExpiryReport;
  DiffReport: DiffReport;
  StopRequest: StopRequest;
  VariableReport: VariableReport;
  SettingReport: SettingReport;
  VariablesRequest: VariablesRequest;
  VariablesChange: VariablesChange;
  CheckRequest: CheckRequest;
  CheckReport: CheckReport;
  RestartReport: RestartReport;
  LoginReport: LoginReport;
  ErrorReport: ErrorReport;
}

// Does not compile if a schema and its interface differ; the error names the schema.
type Drifted = Drift<typeof apiShapes, Interfaces>;
null satisfies [Drifted] extends [never] ? null : Drifted;
