const port: string = 8000;

Deno.serve({ port }, () => new Response("never"));
