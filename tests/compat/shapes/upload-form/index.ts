Deno.serve(async (request) => {
  const form = await request.formData();
  const file = form.get("file");
  if (!(file instanceof File)) return new Response("no file", { status: 400 });
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Response.json({
    title: form.get("title"),
    name: file.name,
    type: file.type,
    size: file.size,
    digest: new Uint8Array(digest).toHex(),
  });
});
