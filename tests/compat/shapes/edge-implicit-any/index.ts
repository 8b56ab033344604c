function format(user, fallback) {
  return user?.name ?? fallback;
}

const handler = async (req) => {
  const body = await req.json();
  return new Response(format(body.user, "nobody"));
};

Deno.serve(handler);
