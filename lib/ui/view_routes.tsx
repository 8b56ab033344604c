/** @jsxImportSource hono/jsx */
import type { Hono } from "hono";
import { existsInSource } from "./exists_in_source.ts";
import { readPastLines } from "./log_events.ts";
import type { PageContext, PageEnv } from "./page_env.ts";
import { PAGE_PATH } from "./page_path.ts";
import type { PageSource } from "./page_source.ts";
import type { Responder } from "./responder.tsx";
import type { FunctionView, Sampler } from "./sampler.ts";
import { parseListQuery, selectFunctions } from "./select_functions.ts";
import { DiffPage } from "./views/diff.tsx";
import { FunctionPage } from "./views/function.tsx";
import { FunctionsPage } from "./views/functions.tsx";
import { HistoryPage, MAX_CHANGES } from "./views/history.tsx";
import { LogsPage } from "./views/logs.tsx";
import { SchedulesPage } from "./views/schedules.tsx";

/** Options of {@linkcode addViewRoutes}. */
export interface ViewRoutesOptions {
  readonly responder: Responder;
  readonly source: PageSource;
  readonly sampler: Sampler;
}

/** First digits of a revision. */
const REVISION = /^[0-9a-f]{4,64}$/;

const OF_FUNCTION = `${PAGE_PATH}/functions/:name` as const;

/** Adds the pages, which change nothing. */
export function addViewRoutes(
  app: Hono<PageEnv>,
  { responder: { frameOf, page, message }, source, sampler }: ViewRoutesOptions,
): void {
  async function findView(name: string): Promise<FunctionView | undefined> {
    return (await sampler.look()).functions.find(({ report }) => report.name === name);
  }

  function noFunction(c: PageContext, name: string): Response {
    return message(c, 404, `There is no function "${name}".`);
  }

  app.get(`${PAGE_PATH}/`, async (c) => {
    const query = parseListQuery(new URL(c.req.url).searchParams);
    const { functions, source } = await sampler.look();
    const selected = selectFunctions(functions, query);
    const shown = { query, selected, source };
    return page(c, <FunctionsPage frame={frameOf(c)} {...shown} />);
  });
  app.get(`${PAGE_PATH}/schedules`, async (c) => {
    const schedules = await source.schedules();
    return page(c, <SchedulesPage frame={frameOf(c)} schedules={schedules} />);
  });
  app.get(OF_FUNCTION, async (c) => {
    const name = c.req.param("name");
    const view = await findView(name);
    if (view === undefined) return noFunction(c, name);
    const [settings = [], variables = [], schedules] = await Promise.all([
      source.settings(name),
      // A manifest that is not valid has no variables; the page shows why.
      source.variables(name).catch(() => undefined),
      source.schedules(),
    ]);
    const own = schedules.filter((schedule) => schedule.function === name);
    const details = { view, settings, variables, schedules: own };
    return page(c, <FunctionPage frame={frameOf(c)} details={details} />);
  });
  app.get(`${OF_FUNCTION}/logs`, async (c) => {
    const name = c.req.param("name");
    if (!await existsInSource(source, name)) return noFunction(c, name);
    const { logsDirectory } = await source.supervisor();
    const lines = logsDirectory === null ? undefined : await readPastLines(logsDirectory, name);
    return page(c, <LogsPage frame={frameOf(c)} name={name} lines={lines} />);
  });
  app.get(`${OF_FUNCTION}/history`, async (c) => {
    const name = c.req.param("name");
    const view = await findView(name);
    if (view === undefined) return noFunction(c, name);
    const changes = await source.history(name, MAX_CHANGES);
    return page(c, <HistoryPage frame={frameOf(c)} view={view} changes={changes} />);
  });
  app.get(`${OF_FUNCTION}/diff`, async (c) => {
    const name = c.req.param("name");
    const [from, to] = [c.req.query("from") ?? "", c.req.query("to")];
    const isValid = REVISION.test(from) && (to === undefined || REVISION.test(to));
    const report = isValid && await existsInSource(source, name)
      ? await source.diff(name, { from, to })
      : undefined;
    if (report === undefined) return message(c, 404, "There is no such function or revision.");
    return page(c, <DiffPage frame={frameOf(c)} name={name} report={report} />);
  });
}
