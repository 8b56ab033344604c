import { z } from "zod";
import type { Drift } from "../../lib/config/drift.ts";
import { REPORTED_STATUSES } from "../../lib/control/api.ts";
import { apiShapes } from "../../lib/control/api_schema.ts";
import type { Finding as HostFinding } from "../../lib/isolation/finding.ts";
import type { Diagnostic } from "../../lib/check/diagnostics.ts";
import type { LogRecord } from "../../lib/logs/log_record.ts";
import type { Template } from "../templates.ts";
import type { Finding } from "./findings.ts";
import type { StatusReport } from "./status_text.ts";
import type { VersionReport } from "../version_report.ts";
import type { JsonOutput } from "./json_verbs.ts";

/** Element of the array that `ddsrv remove --json` prints. */
export interface RemovalReport {
  readonly name: string;
  readonly status: "removed";
}

const diagnostic = z.strictObject({
  file: z.string().nullable().describe("A path, or the URL of remote code"),
  line: z.int().min(1).nullable(),
  column: z.int().min(1).nullable(),
  code: z.string().nullable().describe("Such as TS2322"),
  message: z.string(),
});

const shapes = {
  diagnostic,
  removal: z.strictObject({ name: z.string(), status: z.literal("removed") }),
  line: z.strictObject({
    name: z.string(),
    time: z.iso.datetime(),
    stream: z.enum(["stdout", "stderr"]),
    text: z.string(),
    isPartial: z.boolean().describe("More of the same line follows"),
  }),
  check: z.strictObject({
    path: z.string(),
    name: z.string(),
    problem: z.string().nullable().describe("null if serve would start it, or ignores it"),
    skipped: z.string().nullable().describe("Why serve ignores it; null if it was checked"),
    warning: z.string().nullable()
      .describe("Errors in spite of which serve would start it; null if there are none"),
    diagnostics: z.array(diagnostic).describe("Parts of the problem with a position or a code"),
  }),
  host: z.strictObject({
    layer: z.string(),
    status: z.enum(["ok", "limited", "missing"]),
    detail: z.string(),
    remedy: z.string().describe("How to fix it; empty if there is nothing to do"),
  }),
  status: apiShapes.SupervisorReport.extend({
    cliVersion: z.string().describe("Version of the command that prints it"),
    functions: z.partialRecord(z.enum(REPORTED_STATUSES), z.int().min(1))
      .describe("Number of functions by status"),
  }),
  template: z.strictObject({ name: z.string(), summary: z.string() }),
  version: z.strictObject({
    version: z.string(),
    commit: z.string().nullable()
      .describe("A full hash, with -dirty if files differ from it; null if it is not known"),
    deno: z.string(),
    v8: z.string(),
    target: z.string().describe("Such as x86_64-unknown-linux-gnu"),
  }),
};

interface Interfaces {
  removal: RemovalReport;
  line: LogRecord & { readonly name: string };
  diagnostic: Diagnostic;
  check: Omit<Finding, "styled">;
  host: HostFinding;
  status: StatusReport;
  template: Template;
  version: VersionReport;
}

// Fails to compile if a shape differs from its interface; the error names the shape.
type Drifted = Drift<typeof shapes, Interfaces>;
null satisfies [Drifted] extends [never] ? null : Drifted;

/** Schemas of the output of `VERB --json`; for `logs`, of each line; and of `--version --json`. */
export const outputSchemas: Readonly<Record<JsonOutput, z.ZodType>> = {
  add: apiShapes.FunctionReport,
  check: z.array(shapes.check),
  deploy: apiShapes.FunctionReport,
  diff: apiShapes.DiffReport,
  doctor: z.array(shapes.host),
  env: z.array(apiShapes.VariableReport),
  history: z.array(apiShapes.ChangeReport),
  init: z.array(shapes.template),
  inspect: apiShapes.FunctionReport.extend({
    settings: z.array(apiShapes.SettingReport).nullable()
      .describe("null if the manifest is not valid"),
    variables: z.array(apiShapes.VariableReport).nullable()
      .describe("Names and sources without values; null if the manifest is not valid"),
  }),
  list: z.array(apiShapes.FunctionReport),
  logs: shapes.line,
  reload: z.array(apiShapes.FunctionReport),
  remove: z.array(shapes.removal),
  rollback: apiShapes.FunctionReport,
  schedules: z.union([z.array(apiShapes.ScheduleReport), apiShapes.RunReport]),
  start: z.array(apiShapes.FunctionReport),
  status: shapes.status,
  stop: z.array(apiShapes.FunctionReport),
  version: shapes.version,
};
