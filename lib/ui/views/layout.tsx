/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Session } from "../access/sessions.ts";

/** Facts that all pages need. */
export interface Frame {
  /** Relative path of the page's root, such as `../../`, which works behind any prefix. */
  readonly root: string;
  /** `undefined` before the login. */
  readonly session: Session | undefined;
  /** The page may change functions. */
  readonly canWrite: boolean;
  readonly version: string;
}

/** Properties of {@linkcode Layout}. */
export interface LayoutProperties {
  readonly frame: Frame;
  readonly title: string;
  readonly current?: "functions" | "schedules";
  /** Address of the page's events, relative to its root. */
  readonly events?: string;
  /** Hash of what the page shows apart from its live values. */
  readonly shape?: string;
  readonly children: Child;
}

/** Returns a whole HTML document. */
export function Layout(
  { frame, title, current, events, shape, children }: LayoutProperties,
): JSX.Element {
  const { root, session, canWrite, version } = frame;
  const notice = session?.notice;
  if (session !== undefined) session.notice = undefined;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · ddsrv`}</title>
        <link rel="icon" href={`${root}page/icon.svg`} />
        <link rel="stylesheet" href={`${root}page/style.css`} />
        {session !== undefined && <script src={`${root}page/live.js`} type="module"></script>}
      </head>
      <body data-events={events === undefined ? undefined : root + events} data-shape={shape}>
        <a class="skip" href="#main">Skip to content</a>
        <header class="bar">
          <a class="brand" href={root}>
            <span class="mark" aria-hidden="true"></span>ddsrv
          </a>
          {session !== undefined && (
            <>
              <nav aria-label="Pages">
                <a href={root} aria-current={current === "functions" ? "page" : undefined}>
                  Functions
                </a>
                <a
                  href={`${root}schedules`}
                  aria-current={current === "schedules" ? "page" : undefined}
                >
                  Schedules
                </a>
              </nav>
              <span class="live" id="live" data-live-state="off" hidden></span>
              <form method="post" action={`${root}logout`}>
                <FormToken session={session} />
                <button type="submit" class="quiet">Log out</button>
              </form>
            </>
          )}
        </header>
        <p class="announce" id="announce" role="status" aria-live="polite"></p>
        <main id="main" tabindex={-1}>
          {notice !== undefined && (
            <p class={`notice ${notice.tone}`} role={notice.tone === "bad" ? "alert" : "status"}>
              {notice.text}
            </p>
          )}
          {children}
        </main>
        <footer>
          <span>ddsrv {version}</span>
          {session !== undefined && !canWrite && <span>Read-only</span>}
          {events !== undefined && (
            <noscript>
              <a href="">Refresh</a>
            </noscript>
          )}
        </footer>
      </body>
    </html>
  );
}

/** The field that proves that a form is the page's own. */
export function FormToken({ session }: { readonly session: Session | undefined }): JSX.Element {
  return <input type="hidden" name="token" value={session?.formToken ?? ""} />;
}
