/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { SourceReport } from "../../control/api.ts";
import { describeSource } from "../../control/describe_source.ts";
import { shapeOfList } from "../page_shape.ts";
import type { FunctionView } from "../sampler.ts";
import {
  formatListQuery,
  type ListQuery,
  PAGE_SIZE,
  type Selected,
  STATUS_GROUPS,
  type StatusGroup,
} from "../select_functions.ts";
import { type Frame, Layout } from "./layout.tsx";
import { LiveChart, LiveStatus, LiveText } from "./live.tsx";

const GROUP_LABELS: Readonly<Record<StatusGroup, string>> = {
  ready: "Ready",
  idle: "Idle",
  busy: "Starting or ending",
  trouble: "Failing",
  stopped: "Stopped",
  ignored: "Ignored",
};

/** The list of functions. */
export function FunctionsPage(
  { frame, query, selected, source }: {
    readonly frame: Frame;
    readonly query: ListQuery;
    readonly selected: Selected;
    readonly source: SourceReport | undefined;
  },
): JSX.Element {
  return (
    <Layout
      frame={frame}
      title="Functions"
      current="functions"
      events={`events${formatListQuery(query)}`}
      shape={shapeOfList(selected, source)}
    >
      <h1>Functions</h1>
      {source !== undefined && (
        <p class={source.problem === null ? "why" : "notice bad"}>
          Source {source.reference}: {describeSource(source)}
        </p>
      )}
      <Groups query={query} selected={selected} />
      <search>
        <form class="find" method="get" action="./">
          <label for="q">Name contains</label>
          <input id="q" name="q" type="search" value={query.text} maxlength={100} />
          {query.group !== undefined && <input type="hidden" name="status" value={query.group} />}
          <button type="submit">Filter</button>
        </form>
      </search>
      {selected.shown.length === 0
        ? <Empty isFiltered={query.text !== "" || query.group !== undefined} />
        : <Table frame={frame} selected={selected} />}
      <Pages query={query} selected={selected} />
    </Layout>
  );
}

function Groups(
  { query, selected }: { readonly query: ListQuery; readonly selected: Selected },
): JSX.Element {
  const groups = (Object.keys(STATUS_GROUPS) as StatusGroup[])
    .filter((group) => selected.groups[group] > 0 || group === query.group);
  const all = Object.values(selected.groups).reduce((sum, count) => sum + count, 0);
  return (
    <nav class="groups" aria-label="Status">
      <a
        href={`./${formatListQuery({ ...query, group: undefined, page: 1 })}`}
        aria-current={query.group === undefined ? "true" : undefined}
      >
        All <b>{all}</b>
      </a>
      {groups.map((group) => (
        <a
          href={`./${formatListQuery({ ...query, group, page: 1 })}`}
          data-state={STATUS_GROUPS[group][0]}
          aria-current={query.group === group ? "true" : undefined}
        >
          {GROUP_LABELS[group]} <b>{selected.groups[group]}</b>
        </a>
      ))}
    </nav>
  );
}

function Table(
  { frame, selected }: { readonly frame: Frame; readonly selected: Selected },
): JSX.Element {
  return (
    <table class="list">
      <caption class="hidden">Functions with their status and figures of the last seconds</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Status</th>
          <th scope="col" class="number">Requests</th>
          <th scope="col" class="wide">Last minute</th>
          <th scope="col" class="number wide">Latency</th>
          <th scope="col" class="number wide">CPU</th>
          <th scope="col" class="number wide">Memory</th>
        </tr>
      </thead>
      <tbody>
        {selected.shown.map((view) => <Row frame={frame} view={view} />)}
      </tbody>
    </table>
  );
}

function Row({ frame, view }: { readonly frame: Frame; readonly view: FunctionView }): JSX.Element {
  const { name, reason, problems } = view.report;
  const why = reason ?? problems[0];
  return (
    <tr>
      <th scope="row">
        <a href={`${frame.root}functions/${encodeURIComponent(name)}`}>{name}</a>
        {why !== undefined && <span class="why">{why.slice(0, 200)}</span>}
      </th>
      <td>
        <LiveStatus view={view} />
      </td>
      <td class="number">
        <LiveText view={view} field="rate" />
      </td>
      <td class="wide">
        <LiveChart view={view} field="spark" title={`Requests to ${name}`} isSmall />
      </td>
      <td class="number wide">
        <LiveText view={view} field="p50" />
      </td>
      <td class="number wide">
        <LiveText view={view} field="cpu" />
      </td>
      <td class="number wide">
        <LiveText view={view} field="memory" />
      </td>
    </tr>
  );
}

function Empty({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element {
  if (isFiltered) {
    return (
      <p class="empty">
        No function matches. <a href="./">Show all</a>
      </p>
    );
  }
  return (
    <p class="empty">
      No functions yet. Add a folder with an <code>index.ts</code>, or run{" "}
      <code>ddsrv add ./shop</code>.
    </p>
  );
}

function Pages(
  { query, selected: { page, pages, count } }: {
    readonly query: ListQuery;
    readonly selected: Selected;
  },
): JSX.Element | null {
  if (pages === 1) return null;
  const first = (page - 1) * PAGE_SIZE + 1;
  return (
    <nav class="pages" aria-label="Pages of the list">
      {page > 1 && (
        <a rel="prev" href={`./${formatListQuery({ ...query, page: page - 1 })}`}>Previous</a>
      )}
      <span>
        {first} to {Math.min(count, page * PAGE_SIZE)} of {count}
      </span>
      {page < pages && (
        <a rel="next" href={`./${formatListQuery({ ...query, page: page + 1 })}`}>Next</a>
      )}
    </nav>
  );
}
