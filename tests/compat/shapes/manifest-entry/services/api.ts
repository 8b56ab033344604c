Deno.serve(() => new Response("named by the manifest"));
