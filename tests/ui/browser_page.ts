import { createPage, type Page, type PageOptions } from "../../lib/ui/page.ts";
import { type FakeSource, fakeSource } from "./fake_source.ts";

/** Host and port that the tests' browser uses. */
export const HOST = "127.0.0.1:4711";

/** Token that logs in, any number of times. */
export const TOKEN = "a-token-of-at-least-24-characters";

/** A page and a browser that asks it, without a socket. */
export interface BrowserPage extends Disposable {
  readonly source: FakeSource;
  /** Sends a request with the cookies so far. */
  readonly ask: (path: string, init?: AskInit) => Promise<Response>;
  /** Sends a form with the session's form token, as the page's own forms do. */
  readonly post: (path: string, fields?: Record<string, string>) => Promise<Response>;
  readonly logIn: () => Promise<void>;
  /** Cookies by name. */
  readonly cookies: Map<string, string>;
}

/** Parts of a request that a browser sends. */
export interface AskInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly address?: string;
  readonly isHttps?: boolean;
  readonly signal?: AbortSignal;
}

/** Creates a page and its browser. */
export function openBrowserPage(options: Partial<PageOptions> & {
  readonly source?: FakeSource;
} = {}): BrowserPage {
  const { source = fakeSource() } = options;
  const page: Page = createPage({
    cookie: () => "ddsrv-ui-4711",
    takeLink: () => false,
    acceptToken: (token) => Promise.resolve(token === TOKEN),
    remedy: "Ask the operator.",
    canWrite: () => false,
    version: "1.2.3",
    ...options,
    source,
  });
  const cookies = new Map<string, string>();

  async function ask(path: string, init: AskInit = {}): Promise<Response> {
    const { address = "127.0.0.1", isHttps = false, headers, signal, ...rest } = init;
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const request = new Request(`http://localhost${path}`, {
      ...rest,
      headers: { host: HOST, ...cookie !== "" && { cookie }, ...headers },
    });
    const never = new AbortController().signal;
    const response = await page.app.fetch(request, { address, isHttps, signal: signal ?? never });
    const [pair = ""] = response.headers.get("set-cookie")?.split(";") ?? [];
    if (pair !== "") cookies.set(pair.split("=")[0]!, pair.split("=")[1]!);
    return response;
  }

  return {
    source,
    cookies,
    ask,
    async post(path, fields = {}) {
      const html = await (await ask("/_ui/schedules")).text();
      const token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? "";
      return await ask(path, formOf({ token, ...fields }));
    },
    async logIn() {
      await (await ask("/_ui/login", formOf({ secret: TOKEN }))).body?.cancel();
    },
    [Symbol.dispose]: () => page[Symbol.dispose](),
  };
}

/** Returns a form as the page's own one. */
export function formOf(fields: Record<string, string>): AskInit {
  return {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "origin": `http://${HOST}`,
      "sec-fetch-site": "same-origin",
    },
    body: new URLSearchParams(fields).toString(),
  };
}
