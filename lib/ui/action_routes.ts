import type { Hono } from "hono";
import { formatCookie, readCookie } from "./access/cookie.ts";
import { isOwnForm, type Sessions } from "./access/sessions.ts";
import { type PageContext, type PageEnv, rootFrom } from "./page_env.ts";
import { PAGE_PATH } from "./page_path.ts";
import type { PageSource } from "./page_source.ts";
import { readForm } from "./read_form.ts";
import type { Responder } from "./responder.tsx";
import { runAction } from "./run_action.ts";

/** Options of {@linkcode addActionRoutes}. */
export interface ActionRoutesOptions {
  readonly responder: Responder;
  readonly source: PageSource;
  readonly sessions: Sessions;
  readonly cookie: () => string;
  readonly canWrite: () => boolean;
}

const READ_ONLY =
  "This page is read-only. Allow changes with ddsrv serve --ui-write, or ddsrv ui --write.";
const OLD_FORM = "This form is of an earlier session. Go back, load the page again, and repeat it.";

/** Adds the routes of forms: only they change anything, and only with their session's token. */
export function addActionRoutes(app: Hono<PageEnv>, options: ActionRoutesOptions): void {
  const { responder: { message }, source, sessions, cookie, canWrite } = options;

  /** Returns `undefined` for a form that is not of this session. */
  async function readOwnForm(c: PageContext): Promise<URLSearchParams | undefined> {
    const form = await readForm(c);
    return isOwnForm(c.get("session")!, form.get("token")) ? form : undefined;
  }

  app.post(`${PAGE_PATH}/logout`, async (c) => {
    if (await readOwnForm(c) === undefined) return message(c, 403, OLD_FORM);
    sessions.end(readCookie(c.req.header("cookie"), cookie()));
    const { isHttps: isSecure } = c.env;
    c.header("set-cookie", formatCookie(cookie(), { value: "", isSecure }));
    return c.redirect("./login", 303);
  });
  app.post(`${PAGE_PATH}/functions/:name/:action`, async (c) => {
    const form = await readOwnForm(c);
    if (form === undefined) return message(c, 403, OLD_FORM);
    if (!canWrite()) return message(c, 403, READ_ONLY);
    const { name, action } = c.req.param();
    const done = await runAction(source, { name, action, form });
    if (done === undefined) return message(c, 404, "There is no such function or action.");
    c.get("session")!.notice = done.notice;
    return c.redirect(rootFrom(c.req.path) + done.next, 303);
  });
}
