Deno.serve({ port: Number(Deno.env.get("PORT") ?? 4505) }, () => new Response("on my port"));
