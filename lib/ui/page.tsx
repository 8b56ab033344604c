/** @jsxImportSource hono/jsx */
import { Hono } from "hono";
import { judgeName } from "../config/function_name.ts";
import { formatCookie, readCookie } from "./access/cookie.ts";
import { isOwnOrigin } from "./access/form_origin.ts";
import { SECURITY_HEADERS } from "./access/security_headers.ts";
import { createSessions, isOwnForm } from "./access/sessions.ts";
import { createLoginLimit } from "./access/login_limit.ts";
import { runAction } from "./run_action.ts";
import { type PageContext, type PageEnv, rootFrom } from "./page_env.ts";
import { PAGE_PATH } from "./page_path.ts";
import { functionEvents, listEvents, scheduleEvents } from "./page_events.ts";
import { type StreamEvent, streamEvents } from "./event_stream.ts";
import { logEvents, readPastLines } from "./log_events.ts";
import { readPageFile } from "./page_files.ts";
import type { PageSource } from "./page_source.ts";
import { createSampler } from "./sampler.ts";
import { parseListQuery, selectFunctions } from "./select_functions.ts";
import { FunctionPage } from "./views/function.tsx";
import { FunctionsPage } from "./views/functions.tsx";
import type { Frame } from "./views/layout.tsx";
import { LoginPage } from "./views/login.tsx";
import { LogsPage } from "./views/logs.tsx";
import { MessagePage } from "./views/message.tsx";
import { SchedulesPage } from "./views/schedules.tsx";

/** Options of {@linkcode createPage}. */
export interface PageOptions {
  readonly source: PageSource;
  /** Name of the session's cookie. */
  readonly cookie: () => string;
  /** Returns true if a token may log in; a token of one use is used up. */
  readonly acceptToken: (token: string) => Promise<boolean>;
  /** How to get a token, for the login page. */
  readonly remedy: string;
  readonly canWrite: () => boolean;
  readonly version: string;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/** The page. Disposing of it ends all sessions. */
export interface Page extends Disposable {
  readonly app: Hono<PageEnv>;
}

/** Each stream keeps a connection; browsers allow six to a host. */
const MAX_STREAMS = 32;

const WRONG_TOKEN = "This token is not valid. A link works once, and for ten minutes";

/**
 * Creates the page on {@linkcode PAGE_PATH}: server-rendered HTML, forms that work without a script,
 * and events for the script. Each request but those of the login needs a session; each form needs
 * its token and the page's own origin; nothing but a form changes anything.
 */
export function createPage(options: PageOptions): Page {
  const { source, now = () => performance.now() } = options;
  const sessions = createSessions({ now });
  const sampler = createSampler(source, { now });
  const loginLimit = createLoginLimit(now);
  const app = new Hono<PageEnv>();
  let streams = 0;

  function frameOf(c: PageContext): Frame {
    const { canWrite, version } = options;
    return { root: rootFrom(c.req.path), session: c.get("session"), canWrite: canWrite(), version };
  }

  function message(c: PageContext, status: 400 | 403 | 404 | 502 | 503, text: string): Response {
    const title = status === 404 ? "Not found" : status === 403 ? "Not allowed" : "It did not work";
    return send(c, <MessagePage frame={frameOf(c)} title={title} text={text} />, status);
  }

  function askToLogIn(c: PageContext, problem?: string): Response {
    const page = <LoginPage frame={frameOf(c)} problem={problem} remedy={options.remedy} />;
    return send(c, page, problem === undefined ? 401 : 403);
  }

  async function logIn(c: PageContext, token: string): Promise<Response> {
    const waitS = loginLimit(c.env.address);
    if (waitS > 0) {
      c.header("retry-after", String(waitS));
      return askToLogIn(c, `Too many attempts. Try again in ${waitS} s`);
    }
    if (!await options.acceptToken(token)) return askToLogIn(c, WRONG_TOKEN);
    const { isHttps: isSecure } = c.env;
    c.header("set-cookie", formatCookie(options.cookie(), { value: sessions.begin(), isSecure }));
    return c.redirect("./", 303);
  }

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

  app.use(async (c, next) => {
    c.set("session", sessions.find(readCookie(c.req.header("cookie"), options.cookie())));
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value);
  });

  // Each form, that of the login too, comes from the page itself.
  app.post("*", async (c, next) => {
    const { host, origin, "sec-fetch-site": site } = c.req.header();
    if (!isOwnOrigin({ host, origin, site })) {
      return message(c, 403, "Another site sent this form. Nothing was changed.");
    }
    await next();
  });

  app.get(PAGE_PATH, (c) => c.redirect(`.${PAGE_PATH}/`, 303));
  app.get(`${PAGE_PATH}/page/:file`, async (c) => {
    const file = await readPageFile(c.req.param("file"));
    return file === undefined ? c.text("Not found", 404) : c.body(file.text, 200, file.headers);
  });
  app.post(
    `${PAGE_PATH}/login`,
    async (c) => await logIn(c, (await readForm(c)).get("secret") ?? ""),
  );
  app.get(`${PAGE_PATH}/login`, (c) => askToLogIn(c));

  app.get(`${PAGE_PATH}/`, async (c, next) => {
    const token = c.req.query("token");
    if (token === undefined) return await next();
    // A second click on the link needs no second token.
    if (c.get("session") !== undefined) return c.redirect("./", 303);
    // Programs that only look at a link send HEAD, and must not use it up.
    return c.req.raw.method === "GET" ? await logIn(c, token) : askToLogIn(c);
  });

  app.use(async (c, next) => {
    if (c.get("session") === undefined) return askToLogIn(c);
    await next();
  });

  app.get(`${PAGE_PATH}/`, async (c) => {
    const query = parseListQuery(new URL(c.req.url).searchParams);
    const selected = selectFunctions((await sampler.look()).functions, query);
    return send(c, <FunctionsPage frame={frameOf(c)} query={query} selected={selected} />);
  });
  app.get(`${PAGE_PATH}/events`, (c) => {
    const query = parseListQuery(new URL(c.req.url).searchParams);
    return stream(c, (signal) => listEvents(sampler, { query, signal }));
  });

  app.get(`${PAGE_PATH}/functions/:name`, async (c) => {
    const name = c.req.param("name");
    const view = (await sampler.look()).functions.find(({ report }) => report.name === name);
    if (view === undefined) return message(c, 404, `There is no function "${name}".`);
    const [settings, variables, schedules] = await Promise.all([
      source.settings(name),
      // A manifest that is not valid has no variables; the page shows why.
      source.variables(name).catch(() => undefined),
      source.schedules(),
    ]);
    const details = {
      view,
      settings: settings ?? [],
      variables: variables ?? [],
      schedules: schedules.filter((schedule) => schedule.function === name),
    };
    return send(c, <FunctionPage frame={frameOf(c)} details={details} />);
  });
  app.get(`${PAGE_PATH}/functions/:name/events`, (c) => {
    const name = c.req.param("name");
    return stream(c, (signal) => functionEvents(sampler, { name, signal }));
  });

  app.get(`${PAGE_PATH}/functions/:name/logs`, async (c) => {
    const name = c.req.param("name");
    if (!await exists(name)) return message(c, 404, `There is no function "${name}".`);
    const { logsDirectory } = await source.supervisor();
    const lines = logsDirectory === null ? undefined : await readPastLines(logsDirectory, name);
    return send(c, <LogsPage frame={frameOf(c)} name={name} lines={lines} />);
  });
  app.get(`${PAGE_PATH}/functions/:name/logs/events`, async (c) => {
    const name = c.req.param("name");
    const { logsDirectory } = await source.supervisor();
    if (logsDirectory === null || !await exists(name)) return c.text("Not found", 404);
    return stream(c, (signal) => logEvents(logsDirectory, { name, signal }));
  });

  app.get(
    `${PAGE_PATH}/schedules`,
    async (c) => send(c, <SchedulesPage frame={frameOf(c)} schedules={await source.schedules()} />),
  );
  app.get(
    `${PAGE_PATH}/schedules/events`,
    (c) => stream(c, (signal) => scheduleEvents(source, signal)),
  );

  app.post(`${PAGE_PATH}/logout`, async (c) => {
    if (!isOwnForm(c.get("session")!, (await readForm(c)).get("token"))) return badToken(c);
    sessions.end(readCookie(c.req.header("cookie"), options.cookie()));
    const { isHttps: isSecure } = c.env;
    c.header("set-cookie", formatCookie(options.cookie(), { value: "", isSecure }));
    return c.redirect("./login", 303);
  });
  app.post(`${PAGE_PATH}/functions/:name/:action`, async (c) => {
    const session = c.get("session")!;
    const form = await readForm(c);
    if (!isOwnForm(session, form.get("token"))) return badToken(c);
    if (!options.canWrite()) {
      return message(
        c,
        403,
        "This page is read-only. Allow changes with ddsrv serve --ui-write, " +
          "or ddsrv ui --write.",
      );
    }
    const { name, action } = c.req.param();
    const done = await runAction(source, { name, action, form });
    if (done === undefined) return message(c, 404, "There is no such function or action.");
    session.notice = done.notice;
    return c.redirect(rootFrom(c.req.path) + done.next, 303);
  });

  async function exists(name: string): Promise<boolean> {
    return judgeName(name).type === "function" && await source.find(name) !== undefined;
  }

  function badToken(c: PageContext): Response {
    return message(
      c,
      403,
      "This form is of an earlier session. Go back, load the page again, and " +
        "repeat it.",
    );
  }

  app.notFound((c) => message(c, 404, "There is no such page."));
  app.onError((error, c) => message(c, 502, error.message));
  return { app, [Symbol.dispose]: () => sessions.endAll() };
}

function send(
  c: PageContext,
  page: { toString(): string } | Promise<unknown>,
  status = 200,
): Response {
  return c.html(`<!doctype html>${page}`, status as 200);
}

/** Returns the fields of a form; of a body of another type, none. */
async function readForm(c: PageContext): Promise<URLSearchParams> {
  const type = c.req.header("content-type") ?? "";
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type);
  return new URLSearchParams(isForm ? await c.req.text() : "");
}
