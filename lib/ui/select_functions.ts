import type { ReportedStatus } from "../control/api.ts";
import type { FunctionView } from "./sampler.ts";

/** Filter and place in the list of functions, as the query of the page has them. */
export interface ListQuery {
  /** Part of a name, in any case. */
  readonly text: string;
  readonly group: StatusGroup | undefined;
  /** From 1. */
  readonly page: number;
}

/** Groups of statuses for people: works, is on its way, needs somebody. */
export const STATUS_GROUPS = {
  ready: ["ready"],
  idle: ["idle"],
  busy: ["checking", "starting", "draining"],
  trouble: ["failed", "backoff", "hung"],
  stopped: ["stopped"],
  ignored: ["ignored"],
} as const satisfies Readonly<Record<string, readonly ReportedStatus[]>>;

/** A group of statuses. */
export type StatusGroup = keyof typeof STATUS_GROUPS;

/** The functions of one page of the list. */
export interface Selected {
  readonly shown: readonly FunctionView[];
  /** Number of functions that match. */
  readonly count: number;
  readonly page: number;
  readonly pages: number;
  /** Number of functions of each group, without the filter. */
  readonly groups: Readonly<Record<StatusGroup, number>>;
}

/** Maximum number of functions on one page. */
export const PAGE_SIZE = 50;

/** Reads a query; replaces what is not valid by its default. */
export function parseListQuery(parameters: URLSearchParams): ListQuery {
  const group = parameters.get("status") ?? "";
  const page = Number(parameters.get("page") ?? 1);
  return {
    text: (parameters.get("q") ?? "").slice(0, 100),
    group: isGroup(group) ? group : undefined,
    page: Number.isSafeInteger(page) && page >= 1 ? page : 1,
  };
}

/** Writes a query as it stands in links: "" or with its question mark. */
export function formatListQuery({ text, group, page }: ListQuery): string {
  const query = new URLSearchParams({
    ...text !== "" && { q: text },
    ...group !== undefined && { status: group },
    ...page > 1 && { page: String(page) },
  }).toString();
  return query === "" ? "" : `?${query}`;
}

/** Selects the functions of one page; a page after the last one is the last one. */
export function selectFunctions(
  views: readonly FunctionView[],
  { text, group, page }: ListQuery,
): Selected {
  const wanted = text.toLowerCase();
  const statuses: readonly ReportedStatus[] | undefined = group && STATUS_GROUPS[group];
  const matching = views.filter(({ report: { name, status } }) =>
    name.toLowerCase().includes(wanted) && (statuses === undefined || statuses.includes(status))
  );
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const at = Math.min(page, pages);
  return {
    shown: matching.slice((at - 1) * PAGE_SIZE, at * PAGE_SIZE),
    count: matching.length,
    page: at,
    pages,
    groups: countGroups(views),
  };
}

function countGroups(views: readonly FunctionView[]): Record<StatusGroup, number> {
  const counts = { ready: 0, idle: 0, busy: 0, trouble: 0, stopped: 0, ignored: 0 };
  for (const { report: { status } } of views) counts[groupOf(status)]++;
  return counts;
}

function groupOf(status: ReportedStatus): StatusGroup {
  for (const [group, statuses] of Object.entries(STATUS_GROUPS)) {
    if ((statuses as readonly ReportedStatus[]).includes(status)) return group as StatusGroup;
  }
  return "trouble";
}

function isGroup(text: string): text is StatusGroup {
  return Object.hasOwn(STATUS_GROUPS, text);
}
