import type { Hono } from "hono";
import { type StreamEvent, streamEvents } from "./event_stream.ts";
import { existsInSource } from "./exists_in_source.ts";
import { logEvents } from "./log_events.ts";
import type { PageContext, PageEnv } from "./page_env.ts";
import { functionEvents, listEvents, scheduleEvents } from "./page_events.ts";
import { PAGE_PATH } from "./page_path.ts";
import type { PageSource } from "./page_source.ts";
import type { Sampler } from "./sampler.ts";
import { parseListQuery } from "./select_functions.ts";

/** Each stream keeps a connection; browsers allow six to a host. */
const MAX_STREAMS = 32;

/** Adds the routes of the streams that keep pages up to date. */
export function addEventRoutes(
  app: Hono<PageEnv>,
  { source, sampler }: { readonly source: PageSource; readonly sampler: Sampler },
): void {
  let streams = 0;

  function stream(
    c: PageContext,
    events: (signal: AbortSignal) => AsyncGenerator<StreamEvent>,
  ): Response {
    if (streams >= MAX_STREAMS) return c.text("Too many pages are open", 503);
    streams++;
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, c.env.signal, c.get("session")!.signal]);
    const free = (): void => void streams--;
    if (signal.aborted) free();
    else signal.addEventListener("abort", free, { once: true });
    return streamEvents(events(signal), { end: () => gone.abort(), signal });
  }

  app.get(`${PAGE_PATH}/events`, (c) => {
    const query = parseListQuery(new URL(c.req.url).searchParams);
    return stream(c, (signal) => listEvents(sampler, { query, signal }));
  });
  app.get(`${PAGE_PATH}/schedules/events`, (c) => {
    return stream(c, (signal) => scheduleEvents(source, signal));
  });
  app.get(`${PAGE_PATH}/functions/:name/events`, (c) => {
    const name = c.req.param("name");
    return stream(c, (signal) => functionEvents(sampler, { name, signal }));
  });
  app.get(`${PAGE_PATH}/functions/:name/logs/events`, async (c) => {
    const name = c.req.param("name");
    const { logsDirectory } = await source.supervisor();
    if (logsDirectory === null || !await existsInSource(source, name)) {
      return c.text("Not found", 404);
    }
    return stream(c, (signal) => logEvents(logsDirectory, { name, signal }));
  });
}
