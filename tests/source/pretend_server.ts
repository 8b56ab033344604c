/** An HTTP server on loopback; disposing of it closes it. */
export interface PretendServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly host: string;
  /** Requests so far, as `METHOD path`, with `Authorization` behind if there is one. */
  readonly asked: string[];
}

/** Serves requests on a free port of loopback. */
export function pretendServer(
  handle: (request: Request, url: URL) => Response | Promise<Response>,
  port = 0,
): PretendServer {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, (request) => {
    const url = new URL(request.url);
    const authorization = request.headers.get("authorization");
    asked.push(
      `${request.method} ${url.pathname}${authorization === null ? "" : ` ${authorization}`}`,
    );
    return handle(request, url);
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    host,
    url: `http://${host}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
