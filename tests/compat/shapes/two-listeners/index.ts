let requests = 0;
Deno.serve({ port: 9100 }, () => new Response(`requests_total ${requests}\n`));
Deno.serve({ port: 3000 }, () => {
  requests++;
  return new Response("the application");
});
