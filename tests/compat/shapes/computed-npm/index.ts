const kind = Deno.env.get("ID_KIND") ?? "uuid";
const { default: uuid } = await import(`npm:${kind}@11.0.3`).then((module) => ({ default: module }));

Deno.serve((request) => {
  const name = new URL(request.url).pathname;
  return new Response(uuid.v5(name, uuid.v5.URL));
});
