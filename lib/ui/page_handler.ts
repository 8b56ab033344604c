import type { IncomingMessage, ServerResponse } from "node:http";
import type { PageHandler } from "../control/admin_server.ts";
import { cookieName } from "./access/cookie.ts";
import { createPage, type PageOptions } from "./page.ts";
import { serveRequest } from "./serve_request.ts";

/** Options of {@linkcode createPageHandler}. */
export interface PageHandlerOptions extends Omit<PageOptions, "cookie"> {
  /** Returns true for a proxy whose `X-Forwarded-Proto` counts. */
  readonly isTrusted?: (address: string) => boolean;
}

/** Creates the handler of the page for a server of `node:http`. */
export function createPageHandler(options: PageHandlerOptions): PageHandler {
  const { isTrusted = () => false } = options;
  let port = 0;
  const page = createPage({ ...options, cookie: () => cookieName(port) });
  return {
    handle(request: IncomingMessage, response: ServerResponse, target: string): void {
      port = request.socket.localPort ?? port;
      const answer = (asked: Request, facts: Parameters<typeof page.app.fetch>[1]) =>
        page.app.fetch(asked, facts);
      void serveRequest(request, response, { answer, target, isTrusted });
    },
    [Symbol.dispose]: () => page[Symbol.dispose](),
  };
}
