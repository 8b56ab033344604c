Deno.serve(async (req) => {
  const form = await req.formData();
  const file = form.get("file") as File;
  if (file.size > 1_000_000) return new Response("too large", { status: 413 });
  const hash = await crypto.subtle.digest("SHA-1", await file.arrayBuffer());
  const key = Array.from(new Uint8Array(hash), (b) => b.toString(16).padStart(2, "0")).join("");
  return Response.json({ key, type: file.type }, { status: 201 });
});
