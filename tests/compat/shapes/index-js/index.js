const names = ["ann", "bob"];

function find(name) {
  return names.find((one) => one === name);
}

Deno.serve((request) => {
  const name = find(new URL(request.url).searchParams.get("name"));
  return name ? Response.json({ name }) : new Response("nobody", { status: 404 });
});
