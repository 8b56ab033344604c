/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import { type PageContext, rootFrom } from "./page_env.ts";
import type { Frame } from "./views/layout.tsx";
import { LoginPage } from "./views/login.tsx";
import { MessagePage } from "./views/message.tsx";

/** Options of {@linkcode createResponder}. */
export interface ResponderOptions {
  /** Sentence of the login page that tells a person where to get a token. */
  readonly remedy: string;
  readonly canWrite: () => boolean;
  readonly version: string;
}

/** Makes the responses that all routes need. */
export interface Responder {
  readonly frameOf: (c: PageContext) => Frame;
  readonly page: (c: PageContext, page: JSX.Element, status?: number) => Response;
  readonly message: (c: PageContext, status: 403 | 404 | 502, text: string) => Response;
  /** Returns the login page; `problem` says why an attempt failed. */
  readonly askToLogIn: (c: PageContext, problem?: string) => Response;
}

const TITLES = { 403: "Not allowed", 404: "Not found", 502: "It did not work" } as const;

/** Creates a responder. */
export function createResponder(options: ResponderOptions): Responder {
  const { remedy, canWrite, version } = options;

  function frameOf(c: PageContext): Frame {
    return { root: rootFrom(c.req.path), session: c.get("session"), canWrite: canWrite(), version };
  }

  return {
    frameOf,
    page,
    message: (c, status, text) =>
      page(c, <MessagePage frame={frameOf(c)} title={TITLES[status]} text={text} />, status),
    askToLogIn(c, problem) {
      const login = <LoginPage frame={frameOf(c)} problem={problem} remedy={remedy} />;
      return page(c, login, problem === undefined ? 401 : 403);
    },
  };
}

function page(c: PageContext, element: JSX.Element, status = 200): Response {
  return c.html(`<!doctype html>${element}`, status as 200);
}
