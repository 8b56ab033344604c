Deno.serve({ port: 3000 }, async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/inner") return Response.json({ inner: true });
  const response = await fetch("http://localhost:3000/inner");
  return Response.json({ outer: true, ...await response.json() });
});
