Deno.serve((req) => {
  const header = req.headers.get("Authorization");
  if (!header) return new Response("Missing authorization header", { status: 401 });
  const [type, token] = header.split(" ");
  if (type !== "Bearer" || token !== Deno.env.get("API_TOKEN")) {
    return new Response("Invalid token", { status: 403 });
  }
  return Response.json({ user: "authorized" });
});
