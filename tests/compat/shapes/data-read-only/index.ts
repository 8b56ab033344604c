await Deno.writeTextFile("./started.txt", new Date().toISOString());

Deno.serve(() => new Response("started"));
