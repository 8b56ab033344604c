Deno.serve({ port: 5001 }, () => new Response("five thousand and one"));
Deno.serve({ port: 5002 }, () => new Response("five thousand and two"));
