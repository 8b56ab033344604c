Deno.serve((req) => {
  const url = new URL(req.url);
  if (url.pathname.endsWith("/callback")) {
    const state = req.headers.get("cookie")?.match(/state=(\w+)/)?.[1];
    const isSame = state === url.searchParams.get("state");
    return new Response(isSame ? "signed in" : "another state", { status: isSame ? 200 : 400 });
  }
  const target = new URL("https://accounts.example/authorize");
  target.searchParams.set("state", "abc");
  return new Response(null, {
    status: 302,
    headers: { location: target.href, "set-cookie": "state=abc; HttpOnly; SameSite=Lax" },
  });
});
