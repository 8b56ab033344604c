import type { Hono } from "hono";
import { formatCookie, readCookie } from "./access/cookie.ts";
import { isOwnOrigin } from "./access/form_origin.ts";
import { createLoginLimit } from "./access/login_limit.ts";
import type { Sessions } from "./access/sessions.ts";
import type { PageContext, PageEnv } from "./page_env.ts";
import { readPageFile } from "./page_files.ts";
import { PAGE_PATH } from "./page_path.ts";
import { readForm } from "./read_form.ts";
import type { Responder } from "./responder.tsx";

/** Options of {@linkcode addLoginRoutes}. */
export interface LoginRoutesOptions {
  readonly responder: Responder;
  readonly sessions: Sessions;
  /** Name of the session's cookie. */
  readonly cookie: () => string;
  /** Uses up a token of a link; returns false for other tokens. */
  readonly takeLink: (token: string) => boolean;
  /** Returns true if another token may log in; attempts are limited. */
  readonly acceptToken: (token: string) => Promise<boolean>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

const WRONG_TOKEN = "This token is not valid. A link works once, and for ten minutes";

/**
 * Adds the routes that need no session, the check of each form's origin, and last a guard: routes
 * that are added later need a session.
 */
export function addLoginRoutes(app: Hono<PageEnv>, options: LoginRoutesOptions): void {
  const { responder: { askToLogIn, message }, sessions, cookie } = options;
  const loginLimit = createLoginLimit(options.now);

  async function logIn(c: PageContext, token: string): Promise<Response> {
    // Anybody on this computer, and any page in the browser, can use up the attempts of loopback.
    if (!options.takeLink(token)) {
      const waitS = loginLimit(c.env.address);
      if (waitS > 0) {
        c.header("retry-after", String(waitS));
        return askToLogIn(c, `Too many attempts. Try again in ${waitS} s`);
      }
      if (!await options.acceptToken(token)) return askToLogIn(c, WRONG_TOKEN);
    }
    const { isHttps: isSecure } = c.env;
    c.header("set-cookie", formatCookie(cookie(), { value: sessions.begin(), isSecure }));
    return c.redirect("./", 303);
  }

  app.use(async (c, next) => {
    c.set("session", sessions.find(readCookie(c.req.header("cookie"), cookie())));
    await next();
  });
  // Each form, that of the login too, comes from the page itself.
  app.post("*", async (c, next) => {
    const { host, origin, "sec-fetch-site": site } = c.req.header();
    if (isOwnOrigin({ host, origin, site })) return await next();
    return message(c, 403, "Another site sent this form. Nothing was changed.");
  });
  app.get(PAGE_PATH, (c) => c.redirect(`.${PAGE_PATH}/`, 303));
  app.get(`${PAGE_PATH}/page/:file`, async (c) => {
    const file = await readPageFile(c.req.param("file"));
    return file === undefined ? c.text("Not found", 404) : c.body(file.text, 200, file.headers);
  });
  app.get(`${PAGE_PATH}/login`, (c) => askToLogIn(c));
  app.post(`${PAGE_PATH}/login`, async (c) => {
    const form = await readForm(c);
    return await logIn(c, form.get("secret") ?? "");
  });
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
}
