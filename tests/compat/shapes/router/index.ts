type Handler = (match: URLPatternResult, request: Request) => Response | Promise<Response>;

const notes = new Map<string, string>([["1", "first"]]);

const routes: [method: string, pattern: URLPattern, handler: Handler][] = [
  ["GET", new URLPattern({ pathname: "/notes" }), () => Response.json([...notes.keys()])],
  ["GET", new URLPattern({ pathname: "/notes/:id" }), ({ pathname }) => {
    const note = notes.get(pathname.groups.id ?? "");
    return note === undefined ? new Response("no such note", { status: 404 }) : new Response(note);
  }],
  ["PUT", new URLPattern({ pathname: "/notes/:id" }), async ({ pathname }, request) => {
    notes.set(pathname.groups.id ?? "", await request.text());
    return new Response(null, { status: 204 });
  }],
];

Deno.serve((request) => {
  for (const [method, pattern, handler] of routes) {
    const match = pattern.exec(request.url);
    if (match !== null && method === request.method) return handler(match, request);
  }
  return new Response("no such route", { status: 404 });
});
