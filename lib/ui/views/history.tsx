/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { ChangeReport } from "../../control/api.ts";
import { formatDuration, NOTHING } from "../format.ts";
import { plainLines } from "../log_text.ts";
import { shapeOfFunction } from "../page_shape.ts";
import type { FunctionView } from "../sampler.ts";
import { FormToken, type Frame, Layout } from "./layout.tsx";
import { LiveStatus } from "./live.tsx";
import { FunctionTabs } from "./tabs.tsx";

/** Number of changes on the page. */
export const MAX_CHANGES = 100;

const SHORT_COMMIT = 12;

/** Colour of a result, as that of a status. */
const STATES: Partial<Readonly<Record<ChangeReport["result"], string>>> = {
  ready: "ready",
  idle: "idle",
  failed: "failed",
  interrupted: "failed",
  pending: "starting",
};

/** The changes of a function; they are missing if the supervisor is an older one. */
export function HistoryPage(
  { frame, view, changes }: {
    readonly frame: Frame;
    readonly view: FunctionView;
    readonly changes: readonly ChangeReport[] | undefined;
  },
): JSX.Element {
  const { name } = view.report;
  return (
    <Layout
      frame={frame}
      title={`History of ${name}`}
      current="functions"
      events={`functions/${encodeURIComponent(name)}/events`}
      shape={shapeOfFunction(view)}
    >
      <FunctionTabs frame={frame} name={name} current="history" />
      <div class="headline">
        <h1>History of {name}</h1>
        <LiveStatus view={view} />
      </div>
      {changes === undefined || changes.length === 0
        ? <p class="empty">No change is recorded yet.</p>
        : <ChangeTable frame={frame} name={name} changes={changes} />}
      {changes?.length === MAX_CHANGES && (
        <p class="hint">
          Earlier changes: <code>ddsrv history {name}</code>
        </p>
      )}
    </Layout>
  );
}

function ChangeTable(
  { frame, name, changes }: {
    readonly frame: Frame;
    readonly name: string;
    readonly changes: readonly ChangeReport[];
  },
): JSX.Element {
  const serving = changes.find(({ isServing }) => isServing)?.revision ?? undefined;
  return (
    <table class="list">
      <caption class="hidden">Changes with their causes and results, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">By</th>
          <th scope="col" class="wide">Revision</th>
          <th scope="col">Result</th>
          {frame.canWrite && <th scope="col" class="wide">Restore</th>}
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr>
            <th scope="row">
              <time datetime={change.at}>
                <span>{change.at.slice(0, 10)}</span> <span>{change.at.slice(11, 19)}</span>{" "}
                <span>UTC</span>
              </time>
            </th>
            <td>
              {change.by}
              {change.commit !== null && (
                <span class="why wide">
                  commit <code>{change.commit.slice(0, SHORT_COMMIT)}</code>
                </span>
              )}
              {change.user !== null && (
                <span class="why">{plainLines(change.user.name ?? String(change.user.uid))}</span>
              )}
            </td>
            <td class="wide">
              {change.revision === null ? NOTHING : <code>{change.revision}</code>}
            </td>
            <td>
              <Result change={change} />
              <Compare frame={frame} name={name} change={change} serving={serving} />
            </td>
            {frame.canWrite && (
              <td class="wide">
                {change.isKept && !change.isServing && change.revision !== null && (
                  <RestoreForm frame={frame} name={name} revision={change.revision} />
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Result({ change }: { readonly change: ChangeReport }): JSX.Element {
  const { result, stage, reason, durationMs, isServing } = change;
  const word = stage === null || result !== "failed" ? result : `${stage} failed`;
  return (
    <>
      <span class="status" data-state={STATES[result] ?? "stopped"}>
        {word}
        {isServing && ", serves"}
      </span>
      {result !== "pending" && <span class="why">after {formatDuration(durationMs)}</span>}
      {reason !== null && <span class="why">{plainLines(reason)}</span>}
    </>
  );
}

/** A link to the differences between a kept revision and the one that serves. */
function Compare(
  { frame, name, change: { revision, isKept, isServing }, serving }: {
    readonly frame: Frame;
    readonly name: string;
    readonly change: ChangeReport;
    readonly serving: string | undefined;
  },
): JSX.Element | null {
  if (revision === null || !isKept || isServing || revision === serving) return null;
  const path = `${frame.root}functions/${encodeURIComponent(name)}/diff?from=${revision}`;
  return (
    <span class="why">
      <a href={path} aria-label={`Show differences of ${revision} and the present code`}>
        Show differences
      </a>
    </span>
  );
}

function RestoreForm(
  { frame, name, revision }: {
    readonly frame: Frame;
    readonly name: string;
    readonly revision: string;
  },
): JSX.Element {
  return (
    <details name="confirm">
      <summary>
        Roll back…<span class="hidden">to {revision}</span>
      </summary>
      <form
        method="post"
        action={`${frame.root}functions/${encodeURIComponent(name)}/rollback`}
      >
        <FormToken session={frame.session} />
        <input type="hidden" name="to" value={revision} />
        <button type="submit" class="strong">Restore {revision}</button>
      </form>
    </details>
  );
}
