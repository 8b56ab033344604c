const page = (message: string) => `<!doctype html><form method="post"><input name="email"></form>
<p>${message}</p>`;

Deno.serve(async (req) => {
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  if (req.method === "GET") return new Response(page("Your address?"), { headers });
  const form = await req.formData();
  const email = form.get("email");
  if (!email) return new Response(page("No address"), { status: 422, headers });
  return new Response(page(`Thanks, ${email}`), { headers });
});
