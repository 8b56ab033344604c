const response = { status: "ok" };

Deno.serve((req) => {
  const url = new URL(req.url);
  response.path = url.pathname;
  return new Response(JSON.stringify(response), { headers: { "Content-Type": "application/json" } });
});
