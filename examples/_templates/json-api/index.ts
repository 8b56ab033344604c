// A JSON API: lists, creates, reads and deletes tasks; errors are JSON too.
//
//   curl http://localhost:9999/json-api/tasks --json '{ "title": "Read the docs" }'
//   curl http://localhost:9999/json-api/tasks

interface Task {
  readonly id: number;
  readonly title: string;
}

/** In memory: a restart empties it. The template kv-counter keeps its data. */
const tasks = new Map<number, Task>();
let lastId = 0;

Deno.serve(async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/tasks") {
    switch (request.method) {
      case "GET":
        return Response.json([...tasks.values()]);
      case "POST":
        return await createTask(request);
      default:
        return problem(405, "Use GET or POST", { allow: "GET, POST" });
    }
  }
  const id = Number(/^\/tasks\/(\d+)$/.exec(pathname)?.[1]);
  const task = tasks.get(id);
  if (task === undefined) return problem(404, `There is no ${pathname}`);
  switch (request.method) {
    case "GET":
      return Response.json(task);
    case "DELETE":
      tasks.delete(id);
      return new Response(null, { status: 204 });
    default:
      return problem(405, "Use GET or DELETE", { allow: "GET, DELETE" });
  }
});

async function createTask(request: Request): Promise<Response> {
  const body: unknown = await request.json().catch(() => undefined);
  const title = readTitle(body);
  if (title === undefined) {
    return problem(400, 'Send JSON such as { "title": "Read the docs" }');
  }
  const task = { id: ++lastId, title };
  tasks.set(task.id, task);
  return Response.json(task, { status: 201 });
}

/** The title of a task; `undefined` if what the client sent has none. */
function readTitle(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  if (!("title" in body) || typeof body.title !== "string") return undefined;
  return body.title.trim() || undefined;
}

function problem(
  status: number,
  error: string,
  headers: HeadersInit = {},
): Response {
  return Response.json({ error }, { status, headers });
}
