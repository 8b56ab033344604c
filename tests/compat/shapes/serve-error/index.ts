Deno.serve((request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/throw") throw new Error("thrown");
  if (pathname === "/redirect") return Response.redirect(new URL("https://example.com/there"), 302);
  if (pathname === "/nothing") return new Response(null, { status: 204 });
  return new Response(null, { status: 304, headers: { etag: '"one"' } });
});
