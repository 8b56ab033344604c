const corsHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "authorization, x-client-info, apikey, content-type",
};

interface Task {
  id: number;
  name: string;
  done: boolean;
}

const tasks = new Map<number, Task>();

Deno.serve(async (req) => {
  const { method, url } = req;
  const id = new URLPattern({ pathname: "*/tasks/:id" }).exec(url)?.pathname.groups.id;
  const task = id ? tasks.get(Number(id)) : undefined;
  const headers = { ...corsHeaders, "Content-Type": "application/json" };
  switch (true) {
    case method === "POST": {
      const created = { ...(await req.json()), id: tasks.size + 1, done: false };
      tasks.set(created.id, created);
      return new Response(JSON.stringify(created), { status: 201, headers });
    }
    case method === "DELETE" && task !== undefined:
      tasks.delete(task.id);
      return new Response(null, { status: 204, headers: corsHeaders });
    case method === "GET" && task !== undefined:
      return new Response(JSON.stringify(task), { headers });
    default:
      return new Response(JSON.stringify({ error: "Not found" }), { status: 404, headers });
  }
});
