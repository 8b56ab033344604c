import { Hono } from "hono";
import { SECURITY_HEADERS } from "./access/security_headers.ts";
import { createSessions } from "./access/sessions.ts";
import { addActionRoutes } from "./action_routes.ts";
import { addEventRoutes } from "./event_routes.ts";
import { addLoginRoutes } from "./login_routes.ts";
import type { PageEnv } from "./page_env.ts";
import type { PageSource } from "./page_source.ts";
import { createResponder } from "./responder.tsx";
import { createSampler } from "./sampler.ts";
import { addViewRoutes } from "./view_routes.tsx";

/** Options of {@linkcode createPage}. */
export interface PageOptions {
  readonly source: PageSource;
  /** Name of the session's cookie. */
  readonly cookie: () => string;
  /** Uses up a token of a link; returns false for other tokens. */
  readonly takeLink: (token: string) => boolean;
  /** Returns true if another token may log in; attempts are limited. */
  readonly acceptToken: (token: string) => Promise<boolean>;
  /** Sentence of the login page that tells a person where to get a token. */
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

/**
 * Creates the page: server-rendered HTML, forms that work without a script, and events for the
 * script. Each request but those of the login needs a session; each form needs its token and the
 * page's own origin; nothing but a form changes anything.
 */
export function createPage(options: PageOptions): Page {
  const { now = () => performance.now() } = options;
  const sessions = createSessions({ now });
  const sampler = createSampler(options.source, { now });
  const responder = createResponder(options);
  const app = new Hono<PageEnv>();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value);
  });
  addLoginRoutes(app, { ...options, responder, sessions, now });
  addViewRoutes(app, { ...options, responder, sampler });
  addEventRoutes(app, { ...options, sampler });
  addActionRoutes(app, { ...options, responder, sessions });
  app.notFound((c) => responder.message(c, 404, "There is no such page."));
  app.onError((error, c) => responder.message(c, 502, error.message));
  return { app, [Symbol.dispose]: () => sessions.endAll() };
}
