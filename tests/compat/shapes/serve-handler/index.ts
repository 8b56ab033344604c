Deno.serve(async (request) => {
  const { pathname, search } = new URL(request.url);
  if (pathname === "/missing") return new Response("not here", { status: 404 });
  const body = await request.text();
  return new Response(`${request.method} ${pathname}${search} ${body}`, {
    headers: { "x-answer": "yes", "set-cookie": "a=b; Path=/" },
  });
});
