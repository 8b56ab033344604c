/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Child } from "hono/jsx";
import type { ScheduleReport, SettingReport, VariableReport } from "../../control/api.ts";
import { formatBytes, formatTime, NOTHING } from "../format.ts";
import type { LiveField } from "../live_values.ts";
import { plainLines } from "../log_text.ts";
import { shapeOfFunction } from "../page_shape.ts";
import type { FunctionView } from "../sampler.ts";
import { Actions } from "./actions.tsx";
import { type Frame, Layout } from "./layout.tsx";
import { LiveChart, LiveStatus, LiveText } from "./live.tsx";
import { ScheduleTable } from "./schedules.tsx";
import { SettingTable, VariableTable } from "./settings.tsx";
import { FunctionTabs } from "./tabs.tsx";

/** Everything that the page of a function shows. */
export interface FunctionDetails {
  readonly view: FunctionView;
  readonly settings: readonly SettingReport[];
  readonly variables: readonly VariableReport[];
  readonly schedules: readonly ScheduleReport[];
}

/** Longer diagnostics are in the log and in `ddsrv inspect`. */
const MAX_DETAIL = 20_000;

/** The page of one function. */
export function FunctionPage(
  { frame, details }: { readonly frame: Frame; readonly details: FunctionDetails },
): JSX.Element {
  const { view, settings, variables, schedules } = details;
  const { report } = view;
  const path = `functions/${encodeURIComponent(report.name)}`;
  return (
    <Layout
      frame={frame}
      title={report.name}
      current="functions"
      events={`${path}/events`}
      shape={shapeOfFunction(view)}
    >
      <FunctionTabs frame={frame} name={report.name} current="overview" />
      <div class="headline">
        <h1>{report.name}</h1>
        <LiveStatus view={view} />
        {report.url !== null && <a class="url" href={report.url} rel="noreferrer">{report.url}</a>}
      </div>
      <Reasons view={view} />
      {frame.canWrite && report.status !== "ignored" && <Actions frame={frame} report={report} />}
      <section aria-labelledby="now" class="charts">
        <h2 id="now" class="hidden">Now</h2>
        <Chart view={view} field="rateChart" title="Requests">
          <LiveText view={view} field="rate" />, errors <LiveText view={view} field="errorRate" />
        </Chart>
        <Chart view={view} field="latencyChart" title="Latency">
          <abbr title="median">p50</abbr> <LiveText view={view} field="p50" />, p99{" "}
          <LiveText view={view} field="p99" />
        </Chart>
        <Chart view={view} field="cpuChart" title="CPU">
          <LiveText view={view} field="cpu" /> of a core
        </Chart>
        <Chart view={view} field="memoryChart" title="Memory">
          <LiveText view={view} field="memory" />
        </Chart>
      </section>
      <section aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <Facts view={view} />
      </section>
      {schedules.length > 0 && (
        <section aria-labelledby="schedules">
          <h2 id="schedules">Schedules</h2>
          <ScheduleTable frame={frame} schedules={schedules} isOfOne />
        </section>
      )}
      {settings.length > 0 && (
        <section aria-labelledby="settings">
          <h2 id="settings">Limits and settings</h2>
          <SettingTable settings={settings} />
        </section>
      )}
      {variables.length > 0 && (
        <section aria-labelledby="variables">
          <h2 id="variables">Variables</h2>
          <VariableTable variables={variables} />
        </section>
      )}
    </Layout>
  );
}

function Reasons({ view: { report } }: { readonly view: FunctionView }): JSX.Element {
  const { reason, problems, detail, failedRevision, newerRevision, nextTryAt } = report;
  return (
    <>
      {reason !== null && <p class="reason">{plainLines(reason)}</p>}
      {problems.map((problem) => <p class="reason">{plainLines(problem)}</p>)}
      {failedRevision !== null && (
        <p class="reason">
          The newer revision <code>{failedRevision}</code> failed. The revision before still serves.
        </p>
      )}
      {newerRevision !== null && (
        <p class="reason">
          A newer revision <code>{newerRevision}</code> waits for a reload.
        </p>
      )}
      {nextTryAt !== null && <p class="reason">Next retry: {formatTime(nextTryAt)}</p>}
      {detail !== null && (
        <pre class="detail" tabindex={0} aria-label="Diagnostics">
          {plainLines(detail.slice(0, MAX_DETAIL))}
        </pre>
      )}
    </>
  );
}

function Chart(
  { view, field, title, children }: {
    readonly view: FunctionView;
    readonly field: LiveField;
    readonly title: string;
    readonly children: Child;
  },
): JSX.Element {
  return (
    <figure>
      <figcaption>
        <b>{title}</b>
        <span>{children}</span>
      </figcaption>
      <LiveChart view={view} field={field} title={`${title} of the last two minutes`} />
    </figure>
  );
}

function Facts({ view }: { readonly view: FunctionView }): JSX.Element {
  const { report } = view;
  const { dataBytes, dataLimitBytes } = report;
  return (
    <dl class="facts">
      <Fact label="Revision">{report.revision ?? NOTHING}</Fact>
      <LiveFact view={view} label="Uptime" field="uptime" />
      <LiveFact view={view} label="Requests" field="requests" />
      <LiveFact view={view} label="Errors" field="errors" />
      <LiveFact view={view} label="In flight" field="inFlight" />
      <LiveFact view={view} label="Waiting" field="waiting" />
      <LiveFact view={view} label="Restarts" field="restarts" />
      <LiveFact view={view} label="CPU time" field="cpuTime" />
      <Fact label="Data">
        {dataBytes === null
          ? NOTHING
          : `${formatBytes(dataBytes)} of ${formatBytes(dataLimitBytes)}`}
      </Fact>
      <Fact label="Process">{report.pid ?? NOTHING}</Fact>
      <Fact label="Isolation">{report.isolation}</Fact>
      <Fact label="Egress">{report.egress ?? NOTHING}</Fact>
      <Fact label="Deno">{report.deno ?? NOTHING}</Fact>
      <Fact label="Domains">{report.domains.join(", ") || NOTHING}</Fact>
      <Fact label="Kept revisions">{report.kept.join(", ") || NOTHING}</Fact>
      <Fact label="Directory">{report.directory ?? NOTHING}</Fact>
    </dl>
  );
}

function Fact(
  { label, children }: { readonly label: string; readonly children: Child },
): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function LiveFact(
  { view, label, field }: {
    readonly view: FunctionView;
    readonly label: string;
    readonly field: LiveField;
  },
): JSX.Element {
  return (
    <Fact label={label}>
      <LiveText view={view} field={field} />
    </Fact>
  );
}
