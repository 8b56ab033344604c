Deno.serve({ port: 9100 }, () => new Response("up 1\n"));
Deno.serve({ port: Number(Deno.env.get("PORT") ?? 3000) }, () => new Response("the application"));
