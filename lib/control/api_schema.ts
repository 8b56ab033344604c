import { z } from "zod";
import type { Drift } from "../config/drift.ts";
import { ISOLATION_LEVELS } from "../config/isolation_level.ts";
import { storedVariableProblem, variableNameProblem } from "../config/stored_variable.ts";
import { judgeName } from "../function/name.ts";
import { VARIABLE_SOURCES } from "../function/variable_layers.ts";
import { PENDING, REFRESHED } from "../supervisor/state.ts";
import {
  type CheckReport,
  type CheckRequest,
  type ErrorReport,
  type FunctionReport,
  REPORTED_STATUSES,
  type RollbackReport,
  type SupervisorReport,
  type TrafficReport,
  type VariableReport,
  type VariablesChange,
  type VariablesRequest,
} from "./api.ts";

const count = z.int().min(0);
const text = z.string().nullable();
const revision = z.string().regex(/^[0-9a-f]{12}$/);

/** Shape of {@linkcode SupervisorReport}. */
const supervisorReport = z.strictObject({
  version: z.string(),
  pid: z.int(),
  startedAt: z.iso.datetime(),
  url: z.string().describe("Where the proxy listens"),
  functionsDirectory: z.string(),
  logsDirectory: text.describe("null when no log files are written"),
  dataDirectory: z.string().describe("Holds what functions keep, a directory for each"),
  isolation: z.enum(ISOLATION_LEVELS),
  owner: z.string().describe("Tag of everything that this supervisor made in the kernel"),
});

/** Shape of {@linkcode FunctionReport}. */
const functionReport = z.strictObject({
  name: z.string(),
  status: z.enum(REPORTED_STATUSES),
  pending: z.enum(PENDING).nullable()
    .describe("What is under way, whatever serves meanwhile; null when it is settled"),
  reason: text.describe("Why it is as it is, or what its start waits for; null when all is well"),
  detail: text.describe("Diagnostics or last lines of what failed or starts slowly"),
  url: text,
  revision: revision.nullable().describe("The one that serves, else the one that is tried"),
  failedRevision: revision.nullable().describe("A newer one that failed while this one serves"),
  newerRevision: revision.nullable().describe("A newer one that waits for a reload: --no-watch"),
  pid: z.int().nullable(),
  namespace: text,
  upstream: text.describe("What the proxy connects to"),
  uptimeMs: z.number().nullable(),
  restarts: count.describe(
    "Times that its process ended by itself, also before it listened, or hung",
  ),
  nextTryAt: z.iso.datetime().nullable()
    .describe("When ddsrv tries again what failed; null when nothing is due"),
  memoryBytes: count.nullable().describe("Resident memory of the serving process"),
  cpuMs: z.number().min(0).nullable().describe("Processor time of the serving process"),
  dataBytes: count.nullable().describe("What the serving function keeps on disk"),
  dataLimitBytes: count.nullable().describe("The most that it may keep"),
  requests: count,
  errors: count.describe("Requests answered with 5xx, or cut short"),
  inFlight: count.describe("Requests that are being answered, tunnels included"),
  waiting: count.describe("Requests that wait for it to be ready"),
  directory: text,
  isolation: z.enum(ISOLATION_LEVELS),
  kept: z.array(revision).describe("What rollback can put back, newest first"),
  egress: text.describe("What the serving instance may reach"),
  problems: z.array(z.string()).describe("What can't be had at present"),
});

/** Shape of {@linkcode TrafficReport}. */
const trafficReport = z.strictObject({
  name: z.string(),
  requests: count,
  errors: count,
  inFlight: count,
  waiting: count,
  receivedBytes: count.describe("Of requests' bodies"),
  sentBytes: count.describe("Of answers' bodies"),
  latencyMs: z.number().min(0).describe("From a request's head to that of its answer, in all"),
  latencies: z.array(count).describe("Requests by that time, in buckets"),
});

/** Shape of {@linkcode RollbackReport}. */
const rollbackReport = z.strictObject({ revision: z.string().regex(/^[0-9a-f]{64}$/) });

/** Values of variables by name; a problem's text holds none of them. */
const variables = z.record(z.string(), z.string()).superRefine((given, { addIssue }) => {
  for (const [name, value] of Object.entries(given)) {
    const message = storedVariableProblem(name, value);
    if (message !== undefined) addIssue({ code: "custom", message });
  }
});

/** Shape of {@linkcode VariableReport}. */
const variableReport = z.strictObject({
  name: z.string(),
  source: z.enum(VARIABLE_SOURCES).describe("Where its value comes from; set: by ddsrv env"),
  overrides: z.array(z.enum(VARIABLE_SOURCES)).describe("Sources whose value does not count"),
  setAt: z.iso.datetime().nullable().describe("null for what files and settings say"),
});

/** Shape of {@linkcode VariablesRequest}. */
const variablesRequest = z.strictObject({
  set: variables.optional(),
  unset: z.array(
    z.string().superRefine((name, { addIssue }) => {
      const message = variableNameProblem(name);
      if (message !== undefined) addIssue({ code: "custom", message });
    }),
  ).max(10_000).optional(),
  isReloading: z.boolean().optional()
    .describe("false: leave what runs as it is; it gets them with its next start"),
}).refine(({ set = {}, unset = [] }) => unset.every((name) => !Object.hasOwn(set, name)), {
  error: "A name is both to set and to unset",
});

/** Shape of {@linkcode VariablesChange}. */
const variablesChange = z.strictObject({
  changed: z.array(z.string()).describe("Names whose value is another one now, or that are gone"),
  change: z.uuid().nullable().describe("What takes it back; null where nothing changed"),
  effect: z.enum(REFRESHED),
});

/** Shape of {@linkcode CheckRequest}. */
const checkRequest = z.strictObject({
  // A directory right below the functions directory, and nothing above it.
  name: z.string().min(1).max(255).refine((name) => !/[/\0]/.test(name) && !/^\.\.?$/.test(name))
    .describe("A directory of the functions directory; hidden ones are allowed"),
  as: z.string().refine((name) => judgeName(name).type === "function")
    .describe("The name that it is to have as a function"),
  variables: variables.optional()
    .describe("What it will get beside those that are set for it by now"),
});

/** Shape of {@linkcode CheckReport}. */
const checkReport = z.strictObject({
  problem: text.describe("null when serve would start it"),
});

/** Shape of {@linkcode ErrorReport}. */
const errorReport = z.strictObject({ error: z.string() });

/** Everything that the control API takes and gives, by name. */
export const apiShapes = {
  SupervisorReport: supervisorReport,
  FunctionReport: functionReport,
  TrafficReport: trafficReport,
  RollbackReport: rollbackReport,
  VariableReport: variableReport,
  VariablesRequest: variablesRequest,
  VariablesChange: variablesChange,
  CheckRequest: checkRequest,
  CheckReport: checkReport,
  ErrorReport: errorReport,
};

/** The name of a shape. */
export type ShapeName = keyof typeof apiShapes;

/** What {@linkcode apiShapes} must give, from the interfaces that clients use. */
interface Interfaces {
  SupervisorReport: SupervisorReport;
  FunctionReport: FunctionReport;
  TrafficReport: TrafficReport;
  RollbackReport: RollbackReport;
  VariableReport: VariableReport;
  VariablesRequest: VariablesRequest;
  VariablesChange: VariablesChange;
  CheckRequest: CheckRequest;
  CheckReport: CheckReport;
  ErrorReport: ErrorReport;
}

// Does not compile when a shape and its interface differ, and names the shape.
type Drifted = Drift<typeof apiShapes, Interfaces>;
null satisfies [Drifted] extends [never] ? null : Drifted;
